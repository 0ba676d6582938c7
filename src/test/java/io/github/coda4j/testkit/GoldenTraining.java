package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The training steps of the original in {@code golden/train}. */
public final class GoldenTraining {
    private GoldenTraining() {}

    /** A case by its name: pretrain, sft, block or tied. */
    public static JsonNode trainingCase(String name) {
        return Goldens.cases("train/cases.json").stream()
                .filter(c -> c.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** What the model was trained on: targets are the masked positions but the first. */
    public static MaskedBatch batch(JsonNode trainingCase, int maskId) {
        int[][] ids = rows(trainingCase.get("input_ids"));
        int[][] noisy = rows(trainingCase.get("noisy_ids"));
        int[][] targets = new int[ids.length][];
        float[] weights = new float[ids.length];
        for (int b = 0; b < ids.length; b++) {
            targets[b] = new int[ids[b].length];
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            for (int i = 1; i < ids[b].length; i++) {
                if (noisy[b][i] == maskId) {
                    targets[b][i] = ids[b][i];
                }
            }
            weights[b] = 1f / (float) trainingCase.get("sigma").get(b).doubleValue();
        }
        return new MaskedBatch(noisy, targets, new int[ids.length][ids[0].length], weights);
    }

    /** The config of a golden model. */
    public static ModelConfig config(String model) {
        try (CheckpointFolder folder = CheckpointFolder.open(Goldens.path("model/" + model))) {
            return ModelConfig.read(folder.config());
        }
    }

    /** The parameters of a golden model that is stored in one file. */
    public static ParameterStore parameters(String model) {
        TensorFile file = TensorFile.read(Goldens.path("model/" + model).resolve(Path.of("model.safetensors")));
        ParameterStore store = ParameterStore.zeros(config(model), file.names().contains("lm_head.weight"), Device.CPU);
        try (Scope _ = Scope.open()) {
            for (String name : file.names()) {
                Tensor value = store.value(name);
                value.assign(Tensor.of(file.floats(name), value.shape()));
            }
        }
        return store;
    }

    /** The parameters of a folder. */
    public static ParameterStore load(Path folder) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return ParameterLoader.load(checkpoint, Device.CPU);
        }
    }

    /** A copy of all gradients by name. */
    public static Map<String, float[]> gradients(ParameterStore store) {
        Map<String, float[]> gradients = new TreeMap<>();
        try (Scope _ = Scope.open()) {
            store.slices()
                    .forEach(slice -> gradients.put(
                            slice.name(), store.gradient(slice.name()).toFloats()));
        }
        return gradients;
    }

    /**
     * Compares parameters with those that the original had after a step.
     *
     * @param file below golden
     * @param largest difference, and how many may differ by more than 5e-6
     */
    public static void assertParameters(ParameterStore store, String file, double largest, int outliers) {
        TensorFile golden = TensorFile.read(Goldens.path(file));
        int far = 0;
        try (Scope _ = Scope.open()) {
            assertThat(golden.names()).hasSameSizeAs(store.slices());
            for (String name : golden.names()) {
                float[] expected = golden.floats(name);
                float[] actual = store.value(name).toFloats();
                for (int i = 0; i < expected.length; i++) {
                    double difference = Math.abs(actual[i] - expected[i]);
                    assertThat(difference)
                            .as("%s: %s, element %d", file, name, i)
                            .isLessThan(largest);
                    far += difference > 5e-6 ? 1 : 0;
                }
            }
        }
        assertThat(far).as("elements of %s beyond 5e-6", file).isLessThanOrEqualTo(outliers);
    }

    private static int[][] rows(JsonNode array) {
        int[][] rows = new int[array.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Goldens.ints(array.get(i));
        }
        return rows;
    }
}
