package io.github.coda4j.pjrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.pjrt.oracle.Failure;
import io.github.coda4j.pjrt.oracle.HostArray;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.testkit.ScriptedBackend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client in front of a plugin made of Java: what comes through, and what is said when something does not. */
@Timeout(300)
class PjrtClientTest {
    /** The first argument gives its memory to the result. */
    private static final String STEP = """
            func.func public @main(%arg0: tensor<3xf32> {tf.aliasing_output = 0 : i32},
                %arg1: tensor<f32>) -> (tensor<3xf32>) {
            """;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** x + y, on every device. */
    private static List<List<HostArray>> add(List<List<HostArray>> arguments) {
        return arguments.stream()
                .map(own -> List.of(array(
                        value(own.get(0), 0) + value(own.get(1), 0),
                        value(own.get(0), 1) + value(own.get(1), 0),
                        value(own.get(0), 2) + value(own.get(1), 0))))
                .toList();
    }

    private static HostArray array(float... values) {
        HostArray array = HostArray.zeros(BufferType.F32, new long[] {values.length});
        MemorySegment.copy(values, 0, array.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
        return array;
    }

    private static float value(HostArray array, int index) {
        return array.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    /** A plugin with a client in front of it. */
    private record Open(ScriptedBackend backend, JavaPlugin plugin, PjrtClient client) implements AutoCloseable {
        static Open of(int devices, UnaryOperator<List<List<HostArray>>> work, Duration patience) {
            ScriptedBackend backend = new ScriptedBackend(devices, work);
            JavaPlugin plugin = new JavaPlugin(backend);
            return new Open(
                    backend,
                    plugin,
                    PjrtPlugin.of(plugin.api(), "plugin of Java").client(Map.of(), patience));
        }

        PjrtBuffer floats(int device, long[] dims, float... values) {
            try (Arena arena = Arena.ofConfined()) {
                return client.buffer(
                        arena.allocateFrom(ValueLayout.JAVA_FLOAT, values),
                        BufferType.F32,
                        dims,
                        client.devices().get(device));
            }
        }

        @Override
        public void close() {
            client.close();
            plugin.close();
        }
    }

    private static float[] read(PjrtBuffer buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(buffer.bytes());
            buffer.read(target);
            return target.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Test
    void arrays_go_to_a_device_through_a_program_and_back() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE);
                PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE)) {
            assertThat(open.client().platform()).isEqualTo("script");
            assertThat(open.client().devices()).extracting(PjrtDevice::toString).containsExactly("SCRIPT_0");
            assertThat(program.outputs()).isEqualTo(1);
            PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
            PjrtBuffer y = open.floats(0, new long[0], 10);
            assertThat(read(x)).containsExactly(1, 2, 3);
            List<PjrtBuffer> results = program.run(List.of(x, y));
            assertThat(read(results.getFirst())).containsExactly(11, 12, 13);
        }
    }

    @Test
    void a_donated_argument_is_dead_and_the_others_live() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE);
                PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE);
                PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
                PjrtBuffer y = open.floats(0, new long[0], 10)) {
            PjrtBuffer sum = program.run(List.of(x, y)).getFirst();
            assertThatThrownBy(() -> program.run(List.of(x, y)))
                    .isInstanceOf(PjrtException.class)
                    .hasMessage("running a program failed (invalid argument): Buffer has been deleted or donated.");
            assertThatThrownBy(() -> read(x)).hasMessageContaining("Buffer has been deleted or donated.");
            assertThat(read(program.run(List.of(sum, y)).getFirst())).containsExactly(21, 22, 23);
        }
    }

    @Test
    void several_devices_run_together_each_with_arguments_of_its_own() {
        UnaryOperator<List<List<HostArray>>> allSum = arguments -> {
            float sum = 0;
            for (List<HostArray> own : arguments) {
                sum += value(own.get(0), 0) + value(own.get(1), 0);
            }
            float all = sum;
            return arguments.stream().map(_ -> List.of(array(all, all, all))).toList();
        };
        try (Open open = Open.of(4, allSum, PATIENCE);
                PjrtExecutable program = open.client()
                        .compile(STEP, CompileOptions.replicated(open.client().devices()))) {
            List<List<PjrtBuffer>> arguments = new ArrayList<>();
            for (int d = 0; d < 4; d++) {
                arguments.add(List.of(open.floats(d, new long[] {3}, d, 0, 0), open.floats(d, new long[0], 100)));
            }
            List<List<PjrtBuffer>> results = program.runTogether(arguments);
            assertThat(results)
                    .hasSize(4)
                    .allSatisfy(own -> assertThat(read(own.getFirst())).containsExactly(406, 406, 406));
            assertThatThrownBy(() -> program.runTogether(arguments.subList(0, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the program runs on 4 devices, got arguments of 2");
        }
    }

    @Test
    void a_program_for_more_devices_than_there_are_is_refused_by_the_plugin() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE)) {
            assertThatThrownBy(() -> open.client().compile(STEP, new CompileOptions(2, 1, false, List.of())))
                    .hasMessageContaining("the program is for 2 devices, but there are 1");
        }
    }

    @Test
    void a_program_that_does_not_compile_is_answered_with_the_compilers_words_in_one_line() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE)) {
            assertThatThrownBy(() -> open.client().compile(STEP + "nonsense", CompileOptions.ONE_DEVICE))
                    .isInstanceOfSatisfying(
                            PjrtException.class, e -> assertThat(e.code()).isEqualTo(PjrtCode.INVALID_ARGUMENT))
                    .hasMessageStartingWith("compiling a program for script failed (invalid argument): "
                            + "loc(\"-\":2:5): error: unknown op; nonsense at thread \"coda-pjrt-");
        }
    }

    @Test
    void arguments_that_do_not_fit_are_named() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE);
                PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE);
                PjrtBuffer y = open.floats(0, new long[0], 10)) {
            assertThatThrownBy(() -> program.run(List.of(y, y)))
                    .hasMessageContaining("argument 0 is tensor<f32>, expected tensor<3xf32>");
            assertThatThrownBy(() -> program.run(List.of(y)))
                    .hasMessageContaining("supplied 1 buffers but compiled program expected 2");
        }
    }

    @Test
    void a_device_that_fails_in_mid_run_is_reported_with_its_words_and_leaves_nothing_behind() {
        UnaryOperator<List<List<HostArray>>> vanishing = _ -> {
            throw new Failure(PjrtCode.UNAVAILABLE, "device 0 was reset");
        };
        try (Open open = Open.of(1, vanishing, PATIENCE)) {
            PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE);
            PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
            PjrtBuffer y = open.floats(0, new long[0], 10);
            assertThatThrownBy(() -> program.run(List.of(x, y)))
                    .isInstanceOfSatisfying(
                            PjrtException.class, e -> assertThat(e.code()).isEqualTo(PjrtCode.UNAVAILABLE))
                    .hasMessage("running a program failed (unavailable): device 0 was reset");
            assertThat(open.client().liveCount()).isEqualTo(3);
        }
    }

    @Test
    void a_device_that_never_answers_is_given_up_after_the_patience() {
        CountDownLatch never = new CountDownLatch(1);
        UnaryOperator<List<List<HostArray>>> hanging = arguments -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return add(arguments);
        };
        try (Open open = Open.of(1, hanging, Duration.ofMillis(200))) {
            PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE);
            PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
            PjrtBuffer y = open.floats(0, new long[0], 10);
            assertThatThrownBy(() -> program.run(List.of(x, y)))
                    .isInstanceOfSatisfying(
                            PjrtException.class, e -> assertThat(e.code()).isEqualTo(PjrtCode.DEADLINE_EXCEEDED))
                    .hasMessageContaining("the device is taken for lost");
            assertThatThrownBy(() -> program.run(List.of(x, y)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the device is lost");
            open.client().close();
            never.countDown();
        }
    }

    @Test
    void whoever_waits_for_a_device_can_be_interrupted() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        UnaryOperator<List<List<HostArray>>> hanging = arguments -> {
            running.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return add(arguments);
        };
        try (Open open = Open.of(1, hanging, PATIENCE)) {
            PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE);
            PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
            PjrtBuffer y = open.floats(0, new long[0], 10);
            List<Throwable> thrown = new ArrayList<>();
            Thread caller = Thread.ofPlatform().start(() -> {
                try {
                    program.run(List.of(x, y));
                } catch (PjrtException e) {
                    thrown.add(e);
                }
            });
            running.await();
            caller.interrupt();
            caller.join();
            assertThat(thrown)
                    .singleElement()
                    .satisfies(e -> assertThat(e).hasMessageContaining("the waiting thread was interrupted"));
            never.countDown();
        }
    }

    @Test
    void steps_that_hand_their_state_on_leave_nothing_behind() {
        try (Open open = Open.of(2, PjrtClientTest::add, PATIENCE)) {
            PjrtExecutable program = open.client()
                    .compile(STEP, CompileOptions.replicated(open.client().devices()));
            List<PjrtBuffer> state = new ArrayList<>();
            state.add(open.floats(0, new long[] {3}, 0, 0, 0));
            state.add(open.floats(1, new long[] {3}, 0, 0, 0));
            int inClient = open.client().liveCount();
            int inPlugin = open.plugin().liveCount();
            for (int step = 0; step < 200; step++) {
                List<List<PjrtBuffer>> arguments = new ArrayList<>();
                for (int d = 0; d < 2; d++) {
                    arguments.add(List.of(state.get(d), open.floats(d, new long[0], 1)));
                }
                List<List<PjrtBuffer>> results = program.runTogether(arguments);
                arguments.forEach(own -> own.forEach(PjrtBuffer::close));
                state = new ArrayList<>(results.stream().map(List::getFirst).toList());
            }
            assertThat(read(state.get(1))).containsExactly(200, 200, 200);
            assertThat(open.client().liveCount()).isEqualTo(inClient);
            assertThat(open.plugin().liveCount()).isEqualTo(inPlugin);
            open.client().close();
            assertThat(open.plugin().liveCount()).isZero();
            assertThat(open.backend().openPrograms()).isZero();
        }
    }

    @Test
    void what_is_closed_is_not_used() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE)) {
            PjrtExecutable program = open.client().compile(STEP, CompileOptions.ONE_DEVICE);
            PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
            x.close();
            assertThatThrownBy(() -> program.run(List.of(x, x)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the buffer is closed");
            program.close();
            assertThatThrownBy(() -> program.run(List.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the program is closed");
        }
    }

    @Test
    void an_array_of_another_size_than_its_shape_is_refused() {
        try (Open open = Open.of(1, PjrtClientTest::add, PATIENCE)) {
            assertThatThrownBy(() -> open.floats(0, new long[] {2, 2}, 1, 2, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("an array of 16 bytes needs as many in native memory, got 12");
            try (PjrtBuffer x = open.floats(0, new long[] {3}, 1, 2, 3);
                    Arena arena = Arena.ofConfined()) {
                assertThatThrownBy(() -> x.read(arena.allocate(8)))
                        .isInstanceOf(CodaException.class)
                        .hasMessage("a buffer has 12 bytes, but there is room for 8");
            }
        }
    }
}
