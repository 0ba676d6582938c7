package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.testkit.ToyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
    @Test
    void is_that_of_the_weights_and_of_no_others(@TempDir Path parent) throws IOException {
        Path one = ToyCheckpoint.write(Files.createDirectory(parent.resolve("one")));
        Path same = ToyCheckpoint.write(Files.createDirectory(parent.resolve("same")));
        assertThat(of(one)).matches("[0-9a-f]{64}").isEqualTo(of(same));
        Path file = same.resolve(CheckpointFolder.WEIGHTS);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(of(same)).isNotEqualTo(of(one));
    }

    private static String of(Path folder) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return checkpoint.fingerprint();
        }
    }
}
