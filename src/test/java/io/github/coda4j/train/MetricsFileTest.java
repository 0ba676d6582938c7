package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.CodaException;
import io.github.coda4j.masking.AppliedMasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    @TempDir
    Path folder;

    @Test
    void every_step_and_every_measurement_is_one_line_of_json() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsFile metrics = MetricsFile.after(0, file)) {
            metrics.step(step(1, OptionalDouble.of(0.4)));
            metrics.heldOut(new HeldOutMetrics(1, 5.5, 6.5, 70));
            metrics.step(step(2, OptionalDouble.empty()));
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3);
        JsonNode first = new ObjectMapper().readTree(lines.getFirst());
        assertThat(first.get("step").intValue()).isEqualTo(1);
        assertThat(first.get("loss").doubleValue()).isEqualTo(3.25);
        assertThat(first.get("tokens_per_second").doubleValue()).isEqualTo(2048);
        assertThat(first.get("mfu").doubleValue()).isEqualTo(0.4);
        assertThat(lines.get(1)).contains("\"held_out_loss\":5.5");
        assertThat(lines.get(2)).doesNotContain("mfu");
    }

    @Test
    void a_run_that_goes_on_drops_what_it_is_going_to_do_again() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsFile metrics = MetricsFile.after(0, file)) {
            for (int i = 1; i <= 5; i++) {
                metrics.step(step(i, OptionalDouble.empty()));
            }
        }
        Files.writeString(file, "{\"step\":6,\"lo", java.nio.file.StandardOpenOption.APPEND);
        try (MetricsFile metrics = MetricsFile.after(3, file)) {
            metrics.step(step(4, OptionalDouble.empty()));
        }
        assertThat(MetricsFile.read(file).stream().map(line -> line.get("step").intValue()))
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void a_file_that_cannot_be_written_is_named() throws IOException {
        Path file = Files.createDirectory(folder.resolve("metrics.jsonl"));
        assertThatThrownBy(() -> MetricsFile.after(0, file))
                .isInstanceOf(CodaException.class)
                .hasMessage(file + " is a folder, expected a file");
    }

    static StepMetrics step(long step, OptionalDouble share) {
        return new StepMetrics(
                step, 3.25, -3.5, 4.5, 1e-3, 0.75, 1, new AppliedMasks(4, 1, 2, 3, 101), 100, 1024, 0.5, 0.001, share);
    }
}
