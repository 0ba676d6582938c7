package io.github.coda4j.pjrt.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.CompileOptions;
import io.github.coda4j.pjrt.PjrtBuffer;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtException;
import io.github.coda4j.pjrt.PjrtExecutable;
import io.github.coda4j.testkit.Oracle;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs on the real XLA, through the client and the plugin of Java. */
@Tag("xla")
@Timeout(300)
class XlaBackendTest {
    private static PjrtClient client;

    @BeforeAll
    static void open() {
        client = Oracle.client();
    }

    @AfterAll
    static void close() {
        client.close();
        assertThat(Oracle.liveCount()).isZero();
    }

    private static PjrtBuffer floats(long[] dims, float... values) {
        try (Arena arena = Arena.ofConfined()) {
            return client.buffer(
                    arena.allocateFrom(ValueLayout.JAVA_FLOAT, values),
                    BufferType.F32,
                    dims,
                    client.devices().getFirst());
        }
    }

    private static MemorySegment read(PjrtBuffer buffer, Arena arena) {
        MemorySegment target = arena.allocate(buffer.bytes());
        buffer.read(target);
        return target;
    }

    @Test
    void a_step_with_a_product_a_loop_and_donated_state_is_right_and_the_same_every_time() {
        String step = """
                module @step {
                  func.func public @main(%w: tensor<2x2xf32> {tf.aliasing_output = 1 : i32}, %x: tensor<2xf32>)
                      -> (tensor<f32>, tensor<2x2xf32>) {
                    %zero = stablehlo.constant dense<0.0> : tensor<f32>
                    %one = stablehlo.constant dense<1> : tensor<i32>
                    %none = stablehlo.constant dense<0> : tensor<i32>
                    %three = stablehlo.constant dense<3> : tensor<i32>
                    %r:2 = stablehlo.while(%i = %none, %v = %x) : tensor<i32>, tensor<2xf32>
                     cond {
                      %c = stablehlo.compare LT, %i, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
                      stablehlo.return %c : tensor<i1>
                    } do {
                      %y = stablehlo.dot_general %w, %v, contracting_dims = [1] x [0],
                        precision = [HIGHEST, HIGHEST] : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
                      %j = stablehlo.add %i, %one : tensor<i32>
                      stablehlo.return %j, %y : tensor<i32>, tensor<2xf32>
                    }
                    %sum = stablehlo.reduce(%r#1 init: %zero) applies stablehlo.add across dimensions = [0]
                      : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
                    %w2 = stablehlo.add %w, %w : tensor<2x2xf32>
                    return %sum, %w2 : tensor<f32>, tensor<2x2xf32>
                  }
                }
                """;
        try (PjrtExecutable program = client.compile(step, CompileOptions.ONE_DEVICE);
                PjrtBuffer x = floats(new long[] {2}, 1, -1);
                Arena arena = Arena.ofConfined()) {
            // [[1, 2], [3, 4]] three times on (1, -1): (-1, -1), (-3, -7), (-17, -37).
            PjrtBuffer w = floats(new long[] {2, 2}, 1, 2, 3, 4);
            List<PjrtBuffer> first = program.run(List.of(w, x));
            assertThat(read(first.get(0), arena).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(-54f);
            assertThat(read(first.get(1), arena).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(2, 4, 6, 8);
            assertThatThrownBy(() -> program.run(List.of(w, x))).hasMessageContaining("deleted or donated");
            // Twice the matrix: eight times the result.
            List<PjrtBuffer> second = program.run(List.of(first.get(1), x));
            assertThat(read(second.get(0), arena).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(-432f);
            w.close();
            first.forEach(PjrtBuffer::close);
            second.forEach(PjrtBuffer::close);
        }
    }

    @Test
    void a_program_that_is_wrong_is_answered_with_the_place_and_the_words_of_the_compiler() {
        String wrong = """
                func.func public @main(%a: tensor<2xf32>) -> tensor<2xf32> {
                  return %b : tensor<2xf32>
                }
                """;
        assertThatThrownBy(() -> client.compile(wrong, CompileOptions.ONE_DEVICE))
                .isInstanceOf(PjrtException.class)
                .hasMessageStartingWith("compiling a program for xla failed (invalid argument): running a program: ")
                .hasMessageContaining("error: use of undeclared SSA value name");
    }

    @Test
    void the_jvm_keeps_its_signals() {
        String nothing = null;
        int caught = 0;
        for (int i = 0; i < 50; i++) {
            try {
                caught += nothing.length();
            } catch (NullPointerException _) {
                caught++;
            }
        }
        assertThat(caught).isEqualTo(50);
    }

    @Test
    void a_folder_without_the_library_names_the_command_that_fetches_it(@TempDir Path empty) {
        assertThatThrownBy(() -> new XlaBackend(empty))
                .isInstanceOf(CodaException.class)
                .hasMessage("the oracle is not here: " + empty.resolve("libtensorflow_framework.so.2")
                        + " is missing; scripts/fetch-oracle fetches it");
    }
}
