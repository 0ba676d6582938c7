package io.github.coda4j.hlo.coda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.hlo.HostTensor;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.CompileOptions;
import io.github.coda4j.pjrt.PjrtBuffer;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtExecutable;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.Oracle;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.weights.CheckpointFolder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs on XLA, against the original's losses, gradients and logits. */
@Tag("xla")
@Timeout(600)
class GoldenProgramXlaTest {
    private static final int ROWS = 3;
    private static final int LENGTH = 24;

    private static PjrtClient client;

    @BeforeAll
    static void open() {
        client = Oracle.client();
    }

    @AfterAll
    static void close() {
        client.close();
    }

    /** Runs a program on one device; as {@link ProgramRun} wants it. */
    private static List<List<HostTensor>> run(Program program, List<List<HostTensor>> arguments) {
        List<PjrtBuffer> given = new ArrayList<>();
        try (PjrtExecutable executable = client.compile(program.text(), CompileOptions.ONE_DEVICE);
                Arena arena = Arena.ofConfined()) {
            for (HostTensor tensor : arguments.getFirst()) {
                given.add(client.buffer(
                        inNativeMemory(tensor, arena),
                        BufferType.named(tensor.type().element().text()).orElseThrow(),
                        tensor.type().shape().stream()
                                .mapToLong(Integer::longValue)
                                .toArray(),
                        client.devices().getFirst()));
            }
            List<PjrtBuffer> results = executable.run(given);
            List<HostTensor> found = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                TensorType type = program.results().get(i).type();
                MemorySegment data = arena.allocate(type.bytes(), Long.BYTES);
                results.get(i).read(data);
                found.add(HostTensor.of(type, at -> number(type, data, at)));
            }
            results.forEach(PjrtBuffer::close);
            return List.of(found);
        } finally {
            given.forEach(PjrtBuffer::close);
        }
    }

    private static MemorySegment inNativeMemory(HostTensor tensor, Arena arena) {
        MemorySegment data = arena.allocate(tensor.type().bytes(), Long.BYTES);
        for (int i = 0; i < tensor.data().length; i++) {
            switch (tensor.type().element()) {
                case I32 -> data.setAtIndex(ValueLayout.JAVA_INT, i, (int) tensor.data()[i]);
                case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) tensor.data()[i]);
                case F64 -> data.setAtIndex(ValueLayout.JAVA_DOUBLE, i, tensor.data()[i]);
                default -> throw new IllegalStateException(tensor.type().text());
            }
        }
        return data;
    }

    private static double number(TensorType type, MemorySegment data, int at) {
        return switch (type.element()) {
            case I32 -> data.getAtIndex(ValueLayout.JAVA_INT, at);
            case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT, at);
            case F64 -> data.getAtIndex(ValueLayout.JAVA_DOUBLE, at);
            default -> throw new IllegalStateException(type.text());
        };
    }

    /** Parameters by name, and whether the output layer is one. */
    private record Model(ModelConfig config, boolean ownHead, Map<String, float[]> tensors) {
        static Model load(String name) {
            try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("model/" + name))) {
                ModelConfig config = ModelConfig.of(checkpoint);
                try (ParameterStore store = ParameterLoader.load(checkpoint, config, Device.CPU);
                        Scope _ = Scope.open()) {
                    Map<String, float[]> tensors = new HashMap<>();
                    store.slices()
                            .forEach(slice -> tensors.put(
                                    slice.name(), store.value(slice.name()).toFloats()));
                    return new Model(config, store.ownHead(), tensors);
                }
            }
        }
    }

    /** Cases of one model and precision share what is compiled. In pieces: no piece is as long as a row. */
    @ParameterizedTest
    @CsvSource({
        "pretrain, F32, 1e-5, 1e-4", "sft, F32, 1e-5, 1e-4", "block, F32, 1e-5, 1e-4", "tied, F32, 1e-5, 1e-4",
        "pretrain, F64, 1e-7, 3e-7", "sft, F64, 1e-7, 3e-7", "block, F64, 1e-7, 3e-7", "tied, F64, 1e-7, 3e-7"
    })
    void loss_and_gradients_are_the_original_ones(
            String name, Products products, double lossTolerance, double tolerance) {
        JsonNode golden = GoldenTraining.trainingCase(name);
        Model model = Model.load(golden.get("model").textValue());
        LossStep step = LossStep.withGradients(
                model.config, model.ownHead, new StepShape(ROWS, ROWS, LENGTH, 8, 6), products, Distribution.ONE);
        Map<String, HostTensor> results = new ProgramRun(step.program())
                .giveRows(GoldenTraining.batch(golden, model.config.maskId()), model.config)
                .giveAngles(model.config, LENGTH)
                .giveParameters(step.parameters(), model.tensors)
                .on(GoldenProgramXlaTest::run);
        double loss = golden.get("loss").doubleValue();
        assertThat(results.get(TrainStep.LOSS).item()).isCloseTo(loss, within(lossTolerance * loss));
        for (Stacked parameter : step.parameters()) {
            for (String tensor : parameter.tensors()) {
                double[] gradient = ProgramRun.tensor(parameter, results, tensor);
                double norm = golden.get("grad_l2").get(tensor).doubleValue();
                assertThat(norm(gradient)).as(tensor).isCloseTo(norm, within(tolerance * Math.max(1, norm)));
                if (golden.has("grads_file")) {
                    TensorFile file = TensorFile.read(Goldens.path("train/" + name + ".grads.safetensors"));
                    near(tensor, gradient, file.floats(tensor), tolerance);
                }
            }
        }
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static void near(String what, double[] found, float[] expected, double tolerance) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i])
                    .as("%s, element %d", what, i)
                    .isCloseTo(expected[i], within(tolerance * Math.max(1, Math.abs(expected[i]))));
        }
    }

    /** All cases of a model in one program: each is a row, filled up with positions of another segment. */
    @ParameterizedTest
    @ValueSource(strings = {"a-untied", "b-tied", "c-sharded-bf16", "d-bias-mha", "e-peaked"})
    void logits_are_the_original_ones(String name) {
        Model model = Model.load(name);
        TensorFile golden = TensorFile.read(Goldens.path("model/" + name + "/cases.safetensors"));
        List<JsonNode> cases = Goldens.cases("model/" + name + "/cases.json");
        int rows = 0;
        int length = 0;
        for (JsonNode one : cases) {
            int[] size = golden.shape(one.get("name").textValue() + ".input_ids");
            rows += size[0];
            length = Math.max(length, size[1]);
        }
        int[] ids = new int[rows * length];
        int[] segments = new int[rows * length];
        int row = 0;
        for (JsonNode one : cases) {
            String stem = one.get("name").textValue();
            int[] size = golden.shape(stem + ".input_ids");
            int[] own = golden.ints(stem + ".input_ids");
            for (int b = 0; b < size[0]; b++, row++) {
                System.arraycopy(own, b * size[1], ids, row * length, size[1]);
                for (int i = size[1]; i < length; i++) {
                    segments[row * length + i] = 1;
                }
            }
        }
        ForwardStep step =
                ForwardStep.logits(model.config, model.ownHead, new StepShape(rows, rows, length, 16, 9), Products.F32);
        double[] logits = new ProgramRun(step.program())
                .give(ForwardStep.IDS, ids)
                .give(Batch.SEGMENTS, segments)
                .giveAngles(model.config, length)
                .giveParameters(step.parameters(), model.tensors)
                .on(GoldenProgramXlaTest::run)
                .get(ForwardStep.LOGITS)
                .data();
        row = 0;
        int vocabulary = model.config.vocabSize();
        for (JsonNode one : cases) {
            String stem = one.get("name").textValue();
            int[] size = golden.shape(stem + ".input_ids");
            float[] expected = golden.floats(stem + ".logits");
            for (int b = 0; b < size[0]; b++, row++) {
                for (int i = 0; i < size[1] * vocabulary; i++) {
                    assertThat(logits[row * length * vocabulary + i])
                            .as("%s, row %d, logit %d", stem, b, i)
                            .isCloseTo(expected[b * size[1] * vocabulary + i], within(1e-4));
                }
            }
        }
    }
}
