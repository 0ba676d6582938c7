package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LengthCalibrationTest {
    private static final LengthCalibration ONE = new LengthCalibration(
            "abcdef0123456789",
            LengthBias.PUBLISHED,
            20,
            List.of(1, 2, 4),
            List.of(0.5, 0.25, 0.125),
            OptionalInt.empty());

    @TempDir
    Path folder;

    @Test
    void what_is_written_is_read_and_a_folder_without_has_none() {
        assertThat(LengthCalibration.read(folder, "abc")).isEmpty();
        ONE.write(folder);
        assertThat(LengthCalibration.read(folder, ONE.checkpoint())).contains(ONE);
        LengthCalibration padded = new LengthCalibration(
                ONE.checkpoint(), ONE.bias(), ONE.places(), ONE.lengths(), ONE.means(), OptionalInt.of(32));
        padded.write(folder);
        assertThat(LengthCalibration.read(folder, ONE.checkpoint())).contains(padded);
    }

    @Test
    void that_of_another_checkpoint_is_refused_with_what_to_do() {
        ONE.write(folder);
        assertThatThrownBy(() -> LengthCalibration.read(folder, "fedcba9876543210"))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(
                        "length.json is of another checkpoint (abcdef012345, the weights here are fedcba987654): make")
                .hasMessageContaining("coda calibrate length --model " + folder);
    }

    @Test
    void a_broken_one_is_refused_with_its_key() throws IOException {
        Path file = ONE.write(folder);
        String good = Files.readString(file);
        refused(file, good.replace("coda4j-length-1", "coda4j-length-9"), "format");
        refused(file, good.replace("\"places\"", "\"spaces\""), "spaces");
        refused(file, good.replace("\"fast\"", "\"quick\""), "quick");
        refused(file, good.replace("1.77", "-1.77"), "rates");
        refused(file, "{", "length.json");
    }

    private void refused(Path file, String text, String about) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> LengthCalibration.read(folder, ONE.checkpoint()))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("length.json")
                .hasMessageContaining(about);
    }
}
