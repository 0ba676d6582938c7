package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.SafetensorsFile;
import io.github.coda4j.weights.TensorEntry;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits and hidden states of the original, within 1e-4 in 32-bit floats. */
class ModelGoldenTest {
    private static final List<String> MODELS =
            List.of("a-untied", "b-tied", "c-sharded-bf16", "d-bias-mha", "e-peaked");
    private static final double TOLERANCE = 1e-4;

    static Stream<Arguments> engines() {
        return MODELS.stream()
                .flatMap(model -> Stream.of(
                        Arguments.of(model, EngineKind.PLAIN, 1),
                        Arguments.of(model, EngineKind.FAST, 1),
                        Arguments.of(model, EngineKind.FAST, 2),
                        Arguments.of(model, EngineKind.FAST, 3)));
    }

    @ParameterizedTest(name = "{0} {1} on {2} threads")
    @MethodSource("engines")
    void logits_equal_the_originals(String model, EngineKind engine, int threads) {
        LoadOptions options = new LoadOptions(engine, WeightFormat.FP32, Device.CPU, threads);
        try (CheckpointFolder folder = CheckpointFolder.open(Goldens.path("model/" + model));
                SafetensorsFile expected = SafetensorsFile.open(Goldens.path("model/" + model + "/cases.safetensors"));
                Transformer transformer = Transformer.open(folder, options)) {
            for (JsonNode golden : Goldens.cases("model/" + model + "/cases.json")) {
                String name = golden.get("name").textValue();
                int[][] batch = ids(expected, name);
                float[] logits = floats(expected, name + ".logits");
                int rowSize = logits.length / batch.length;
                for (int b = 0; b < batch.length; b++) {
                    float[] wanted = Arrays.copyOfRange(logits, b * rowSize, (b + 1) * rowSize);
                    assertClose(name + " row " + b, transformer.logits(batch[b]), wanted);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void hidden_states_equal_the_originals_after_every_layer(String model) {
        LoadOptions options = new LoadOptions(EngineKind.PLAIN, WeightFormat.FP32, Device.CPU, 1);
        try (CheckpointFolder folder = CheckpointFolder.open(Goldens.path("model/" + model));
                SafetensorsFile expected = SafetensorsFile.open(Goldens.path("model/" + model + "/cases.safetensors"));
                PlainTransformer transformer = (PlainTransformer) Transformer.open(folder, options)) {
            int[][] batch = ids(expected, "len33");
            int layers = transformer.config().layers();
            for (int b = 0; b < batch.length; b++) {
                List<float[]> states = transformer.hiddenStates(batch[b]);
                for (int i = 0; i <= layers + 1; i++) {
                    String name = "len33.hidden." + (i <= layers ? String.valueOf(i) : "final_norm");
                    float[] all = floats(expected, name);
                    int size = all.length / batch.length;
                    assertClose(name, states.get(i), Arrays.copyOfRange(all, b * size, (b + 1) * size));
                }
            }
        }
    }

    static List<String> models() {
        return MODELS;
    }

    static int[][] ids(SafetensorsFile file, String name) {
        TensorEntry entry = file.entry(name + ".input_ids");
        int rows = (int) entry.shape()[0];
        int length = (int) entry.shape()[1];
        int[][] ids = new int[rows][length];
        for (int i = 0; i < rows * length; i++) {
            ids[i / length][i % length] = (int) file.data(entry).getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
        }
        return ids;
    }

    static float[] floats(SafetensorsFile file, String name) {
        return file.data(file.entry(name)).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    static void assertClose(String what, float[] actual, float[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        assertThat(worst).as(what + ": largest difference").isLessThan(TOLERANCE);
    }
}
