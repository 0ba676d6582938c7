package io.github.coda4j.cli.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.testkit.ToyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CalibrateLengthTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @Test
    void the_curve_is_kept_beside_the_weights_and_used() throws IOException {
        Path model = ToyCheckpoint.write(Files.createDirectory(folder.resolve("model")));
        Path text = Files.writeString(folder.resolve("text"), "for (int i = 0; i < n; i++) { a[i] = i; }\n".repeat(9));
        Path file = model.resolve(LengthCalibration.FILE);
        assertThat(run(model, text, "--dry-run")).isZero();
        assertThat(file).doesNotExist();
        assertThat(run(model, text)).isZero();
        assertThat(cli.out()).contains("  1 tokens  confidence 0.").contains(" 64 tokens  confidence 0.");
        assertThat(cli.err()).contains("wrote " + file);
        assertThat(CodaModel.lengths(model)).isNotEqualTo(LengthOptions.DEFAULT);
    }

    @Test
    void what_cannot_be_measured_is_refused() throws IOException {
        Path model = ToyCheckpoint.write(Files.createDirectory(folder.resolve("model")));
        Path text = Files.writeString(folder.resolve("text"), "short");
        assertThat(run(model, text)).isEqualTo(2);
        assertThat(cli.err()).contains("no text has more than 18 tokens");
        assertThat(cli.run("calibrate", "length", "-m", model.toString(), "--places", "0", text.toString()))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--places must be at least 1, got 0");
    }

    private int run(Path model, Path text, String... more) {
        String[] start = {"calibrate", "length", "-m", model.toString(), "--places", "3", text.toString()};
        String[] all = java.util.Arrays.copyOf(start, start.length + more.length);
        System.arraycopy(more, 0, all, start.length, more.length);
        return cli.run(all);
    }
}
