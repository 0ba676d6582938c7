package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.files.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedContextTest {
    @TempDir
    Path folder;

    @Test
    void rows_shorter_than_the_model_are_noted_beside_what_is_there() throws Exception {
        Path file = folder.resolve("generation_config.json");
        TrainedContext.note(folder, 512, 512);
        assertThat(file).doesNotExist();
        TrainedContext.note(folder, 512, 4096);
        assertThat(ConfigFile.read(file).requireInt("context")).isEqualTo(512);
        Files.writeString(file, "{\"max_new_tokens\": 9, \"context\": 128}");
        TrainedContext.note(folder, 512, 4096);
        assertThat(ConfigFile.read(file).requireInt("context")).isEqualTo(512);
        assertThat(ConfigFile.read(file).requireInt("max_new_tokens")).isEqualTo(9);
        TrainedContext.note(folder, 4096, 4096);
        assertThat(ConfigFile.read(file).has("context")).isFalse();
    }
}
