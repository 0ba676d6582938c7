package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomCheckpointTest {
    private static final ModelConfig TINY = ModelConfig.preset("coda-tiny");

    @TempDir
    Path folder;

    @Test
    void the_same_seed_gives_the_same_bytes_and_another_seed_others() throws IOException {
        write("a", 7, DType.F32);
        write("b", 7, DType.F32);
        write("c", 8, DType.F32);
        assertThat(weights("a")).isEqualTo(weights("b")).isNotEqualTo(weights("c"));
    }

    @Test
    void a_model_made_in_memory_is_the_one_on_disk() {
        write("a", 7, DType.F32);
        int[] ids = {1, 2, 3, 4, 5};
        for (EngineKind engine : EngineKind.values()) {
            LoadOptions options = new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2);
            try (CheckpointFolder stored = CheckpointFolder.open(folder.resolve("a"));
                    Transformer loaded = Transformer.open(stored, options);
                    Transformer made = Transformer.random(TINY, 7, options)) {
                assertThat(loaded.logits(ids)).isEqualTo(made.logits(ids));
            }
        }
    }

    @Test
    void weights_of_another_shape_are_refused_by_name() {
        write("a", 7, DType.F32);
        Path config = folder.resolve("a").resolve("config.json");
        AtomicFiles.writeText(
                config, ConfigFile.read(config).with("intermediate_size", 176).json());
        try (CheckpointFolder changed = CheckpointFolder.open(folder.resolve("a"))) {
            LoadOptions options = LoadOptions.of(WeightFormat.FP32, Device.CPU);
            assertThatThrownBy(() -> Transformer.open(changed, options))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("mlp.gate_proj.weight");
        }
    }

    @Test
    void an_existing_folder_is_not_overwritten_unasked() {
        write("a", 7, DType.BF16);
        assertThatThrownBy(() -> write("a", 7, DType.BF16))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("not empty");
    }

    private void write(String name, long seed, DType dtype) {
        RandomCheckpoint.write(TINY, seed, dtype, Optional.empty(), folder.resolve(name), ProgressListener.NONE, false);
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("model.safetensors"));
    }
}
