package io.github.coda4j.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.testkit.ToyCheckpoint;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters from folders and back. */
@Tag("slow")
class ParameterFilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a-untied", "b-tied", "d-bias-mha"})
    void what_is_loaded_is_what_the_checkpoint_holds_and_comes_back_to_the_bit(String model) {
        Path golden = Goldens.path("model/" + model);
        TensorFile stored = TensorFile.read(golden.resolve("model.safetensors"));
        ModelConfig config;
        try (CheckpointFolder checkpoint = CheckpointFolder.open(golden);
                ParameterStore loaded = ParameterLoader.load(checkpoint, Device.CPU)) {
            config = ModelConfig.read(checkpoint.config());
            assertThat(loaded.slices().stream().map(ParameterStore.Slice::name))
                    .containsExactlyInAnyOrderElementsOf(stored.names());
            for (String name : stored.names()) {
                assertThat(value(loaded, name)).containsExactly(stored.floats(name));
            }
            ParameterWriter.write(loaded, config, DType.F32, Optional.empty(), folder.resolve("copy"), false);
        }
        TensorFile copy = TensorFile.read(folder.resolve("copy/model.safetensors"));
        for (String name : stored.names()) {
            assertThat(copy.floats(name)).containsExactly(stored.floats(name));
        }
        try (CheckpointFolder written = CheckpointFolder.open(folder.resolve("copy"))) {
            assertThat(ModelConfig.read(written.config())).isEqualTo(config);
        }
    }

    @Test
    void bf16_weights_are_widened_exactly_and_written_rounded() {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("model/c-sharded-bf16"));
                ParameterStore loaded = ParameterLoader.load(checkpoint, Device.CPU)) {
            ModelConfig config = ModelConfig.read(checkpoint.config());
            ParameterWriter.write(loaded, config, DType.BF16, Optional.empty(), folder.resolve("copy"), false);
            TensorFile copy = TensorFile.read(folder.resolve("copy/model.safetensors"));
            for (ParameterStore.Slice slice : loaded.slices()) {
                assertThat(value(loaded, slice.name())).containsExactly(copy.floats(slice.name()));
            }
        }
    }

    @Test
    void random_parameters_are_those_of_init() {
        ModelConfig config = ModelConfig.preset("coda-tiny");
        RandomCheckpoint.write(config, 7, DType.F32, Optional.empty(), folder.resolve("init"), (_, _, _) -> {}, false);
        TensorFile init = TensorFile.read(folder.resolve("init/model.safetensors"));
        try (ParameterStore random = ParameterLoader.random(config, 7, Device.CPU)) {
            assertThat(random.ownHead()).isFalse();
            for (ParameterStore.Slice slice : random.slices()) {
                assertThat(value(random, slice.name())).containsExactly(init.floats(slice.name()));
            }
        }
    }

    @Test
    void the_tokenizer_goes_along_and_further_files_appear_with_the_folder() throws IOException {
        Path toy = ToyCheckpoint.write(Files.createDirectory(folder.resolve("toy")));
        Path target = folder.resolve("out");
        try (CheckpointFolder checkpoint = CheckpointFolder.open(toy);
                ParameterStore loaded = ParameterLoader.load(checkpoint, Device.CPU)) {
            ModelConfig config = ModelConfig.read(checkpoint.config());
            assertThatThrownBy(() ->
                            ParameterWriter.write(loaded, config, DType.F32, Optional.of(toy), target, false, _ -> {
                                throw new CodaException("no space");
                            }))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("no space");
            assertThat(folder.toFile().list()).containsExactly("toy");
            ParameterWriter.write(loaded, config, DType.F32, Optional.of(toy), target, false, partial -> {
                assertThat(target).doesNotExist();
                touch(partial.resolve("state.json"));
            });
        }
        assertThat(target.resolve("state.json")).exists();
        assertThat(BpeTokenizer.load(target).encode("ab")).hasSize(2);
    }

    @Test
    void an_autoregressive_model_is_taken_as_it_is_where_its_vocabulary_has_room_for_the_mask() throws IOException {
        Path qwen = autoregressive();
        TensorFile stored = TensorFile.read(qwen.resolve("model.safetensors"));
        try (CheckpointFolder checkpoint = CheckpointFolder.open(qwen)) {
            ModelConfig config = ParameterLoader.autoregressiveConfig(checkpoint.config(), 319, OptionalInt.of(0));
            assertThat(config.vocabSize()).isEqualTo(320);
            assertThat(config.maskId()).isEqualTo(319);
            assertThat(config.padId()).hasValue(0);
            try (ParameterStore loaded = ParameterLoader.autoregressive(checkpoint, config, Device.CPU)) {
                for (String name : stored.names()) {
                    assertThat(value(loaded, name)).containsExactly(stored.floats(name));
                }
            }
        }
    }

    @Test
    void a_mask_beyond_the_vocabulary_gets_a_row_that_is_the_mean_of_the_others() throws IOException {
        Path qwen = autoregressive();
        TensorFile stored = TensorFile.read(qwen.resolve("model.safetensors"));
        try (CheckpointFolder checkpoint = CheckpointFolder.open(qwen)) {
            ModelConfig config = ParameterLoader.autoregressiveConfig(checkpoint.config(), 320, OptionalInt.empty());
            assertThat(config.vocabSize()).isEqualTo(384);
            try (ParameterStore loaded = ParameterLoader.autoregressive(checkpoint, config, Device.CPU)) {
                for (String name : new String[] {Parameters.EMBEDDING, Parameters.HEAD}) {
                    float[] before = stored.floats(name);
                    float[] now = value(loaded, name);
                    assertThat(Arrays.copyOf(now, before.length)).containsExactly(before);
                    double third = 0;
                    for (int row = 0; row < 320; row++) {
                        third += before[row * 64 + 3];
                    }
                    assertThat(now[320 * 64 + 3]).isEqualTo((float) (third / 320));
                    assertThat(now[383 * 64 + 3]).isEqualTo((float) (third / 320));
                }
            }
        }
    }

    @Test
    void what_is_no_autoregressive_qwen3_is_refused() {
        ConfigFile coda = ConfigFile.read(Goldens.path("model/a-untied").resolve("config.json"));
        assertThatThrownBy(() -> ParameterLoader.autoregressiveConfig(coda, 5, OptionalInt.empty()))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("\"model_type\" must be \"qwen3\"");
        assertThatThrownBy(() ->
                        ParameterLoader.autoregressiveConfig(coda.with("model_type", "qwen3"), 5, OptionalInt.empty()))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("is a diffusion model already");
    }

    @Test
    void an_autoregressive_model_is_read_and_refused_by_the_same_keys_as_any() throws IOException {
        ConfigFile qwen = ConfigFile.read(autoregressive().resolve("config.json"));
        double theta = qwen.requireDouble("rope_theta");
        ConfigFile newer = qwen.without("rope_theta")
                .without("torch_dtype")
                .with("dtype", "bfloat16")
                .with("rope_parameters", Map.of("rope_type", "default", "rope_theta", theta))
                .with("eos_token_id", List.of(1, 0))
                .with("pad_token_id", -1);
        ModelConfig read = ParameterLoader.autoregressiveConfig(newer, 319, OptionalInt.empty());
        assertThat(read.ropeTheta()).isEqualTo(theta);
        assertThat(read.eosIds()).containsExactly(1, 0);
        assertThat(read.padId()).isEmpty();

        Map<String, Object> yarn = Map.of("rope_type", "yarn", "rope_theta", theta, "factor", 4.0);
        assertRefused(qwen.with("rope_parameters", yarn), "\"rope_parameters.rope_type\" must be \"default\"");
        assertRefused(qwen.with("rope_parameters", Map.of("rope_theta", 7.5)), "another place says");
        assertRefused(qwen.with("embedding_multiplier", 12.0), "\"embedding_multiplier\" must be left out");
    }

    private static void assertRefused(ConfigFile file, String message) {
        assertThatThrownBy(() -> ParameterLoader.autoregressiveConfig(file, 319, OptionalInt.empty()))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_qwen2_starts_as_a_shifted_kind_or_as_the_one_that_is_named() {
        ConfigFile file = ConfigFile.read(
                        Goldens.path("families/a2d-qwen2-mdlm").resolve("config.json"))
                .with("model_type", "qwen2");
        ModelConfig shifted = ParameterLoader.autoregressiveConfig(file, 160, OptionalInt.empty());
        assertThat(shifted.kind().modelType()).isEqualTo("qwen2");
        assertThat(shifted.alignment()).isEqualTo(Alignment.SHIFTED);
        assertThat(shifted.headDim()).isEqualTo(12);
        ModelConfig inPlace =
                ParameterLoader.autoregressiveConfig(file, 170, OptionalInt.empty(), KindChoice.of("a2d-qwen2"));
        assertThat(inPlace.alignment()).isEqualTo(Alignment.IN_PLACE);
        assertThat(inPlace.vocabSize()).isEqualTo(192);
        assertThatThrownBy(() -> ParameterLoader.autoregressiveConfig(
                        file, 160, OptionalInt.empty(), KindChoice.of("a2d-qwen3")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("norms of heads true and false");
        assertThatThrownBy(() ->
                        ParameterLoader.autoregressiveConfig(file, 160, OptionalInt.empty(), KindChoice.of("gemma")))
                .hasMessageContaining("unknown kind \"gemma\"; known: CoDA, a2d-qwen3");
    }

    private Path autoregressive() throws IOException {
        Path golden = Goldens.path("model/a-untied");
        Path qwen = Files.createDirectory(folder.resolve("qwen"));
        ConfigFile config = ConfigFile.read(golden.resolve("config.json"))
                .with("model_type", "qwen3")
                .without("mask_token_id")
                .without("pad_token_id");
        Files.writeString(qwen.resolve("config.json"), config.json());
        Files.copy(golden.resolve("model.safetensors"), qwen.resolve("model.safetensors"));
        return qwen;
    }

    private static float[] value(ParameterStore store, String name) {
        try (Scope _ = Scope.open()) {
            return store.value(name).toFloats();
        }
    }

    private static void touch(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
