package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A layer without norms of heads and with biases on queries, keys and values alone: logits of a checkpoint of the Dream
 * family, whose numbers were computed with other people's code. Its config is read as that of a CoDA with these keys.
 */
class LayerKindGoldenTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void logits_equal_those_of_the_familys_own_code(EngineKind engine) throws IOException {
        Path golden = Goldens.path("families/dream");
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.filter(f -> f.toString().contains("model")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        ConfigFile own = ConfigFile.read(golden.resolve("config.json"));
        ConfigFile asCoda = own.with("model_type", "CoDA")
                .with("head_dim", own.requireInt("hidden_size") / own.requireInt("num_attention_heads"))
                .with("attention_bias", true)
                .with("attention_output_bias", false)
                .with("qk_norm", false);
        AtomicFiles.writeText(folder.resolve("config.json"), asCoda.json());
        List<JsonNode> cases = Goldens.cases("families/dream/cases.json");
        assertThat(cases).hasSize(4);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                SafetensorsFile expected = SafetensorsFile.open(golden.resolve("cases.safetensors"));
                Transformer model =
                        Transformer.open(checkpoint, new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2))) {
            assertThat(model.config().kind()).isEqualTo(RandomModels.kind(false, Bias.QKV, Alignment.SHIFTED));
            for (JsonNode one : cases) {
                String name = one.get("name").textValue();
                int[][] batch = ModelGoldenTest.ids(expected, name);
                float[] logits = ModelGoldenTest.floats(expected, name + ".logits");
                int size = logits.length / batch.length;
                for (int b = 0; b < batch.length; b++) {
                    float[] wanted = Arrays.copyOfRange(logits, b * size, (b + 1) * size);
                    ModelGoldenTest.assertClose(name + " row " + b, model.logits(batch[b]), wanted);
                }
            }
        }
    }
}
