package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.answer.FakeTerminal;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.masking.AppliedMasks;
import io.github.coda4j.train.HeldOutMetrics;
import io.github.coda4j.train.StepMetrics;
import java.util.OptionalDouble;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Test;

class TrainConsoleTest {
    private static final String REST =
            "  masked ce 4.5000  elbo -3.5000  lr 1.00e-03  grad 0.750  data 1.0%  masked 100 (S1 1 S2 2 S3 3";
    private static final String ERASE = "\r\u001B[K";

    private long now;

    @Test
    void a_log_has_lines_for_the_first_and_last_step_and_as_time_passes() {
        Cli cli = new Cli().env("CODA_PROGRESS_SECONDS", "2");
        try (TrainConsole console = new TrainConsole(cli.world(), 3700, () -> now)) {
            run(console);
        }
        assertThat(cli.err().lines())
                .containsExactly(
                        "step 1/3700  loss 3.2500  20.5k tok/s  mfu 41.5%  eta 1:01:39" + REST + ")",
                        "step 4/3700  loss 3.2500  20.5k tok/s  mfu 41.5%  eta 1:01:36" + REST + ")",
                        "step 5/3700  held-out loss 4.2500  masked ce 5.5000",
                        "step 3700/3700  loss 3.2500  20.5k tok/s  mfu 41.5%  eta 0:00" + REST + " S4 4)");
    }

    @Test
    void a_log_has_ten_seconds_between_its_lines_where_nothing_else_is_asked_for() {
        Cli cli = new Cli();
        TrainConsole console = new TrainConsole(cli.world(), 3700, () -> now);
        for (int i = 1; i <= 101; i++) {
            console.step(step(i));
            now += 200_000_000;
        }
        assertThat(cli.err().lines().map(line -> line.replaceFirst("/.*", "")))
                .containsExactly("step 1", "step 51", "step 101");
    }

    @Test
    void a_terminal_has_one_line_that_is_drawn_over_and_measurements_above_it() {
        Cli cli = new Cli().terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error);
        try (TrainConsole console = new TrainConsole(cli.world(), 3700, () -> now)) {
            run(console);
        }
        String shown = cli.err().replace(ERASE, "<");
        assertThat(shown.lines().map(line -> line.substring(line.lastIndexOf('<') + 1)))
                .as("what stays")
                .containsExactly(
                        "step 5/3700  held-out loss 4.2500  masked ce 5.5000",
                        "step 3700/3700  loss 3.2500  20.5k tok/s  mfu 41.5%  eta 0:00" + REST + " S4 4)");
        assertThat(shown)
                .as("79 columns of each state")
                .startsWith("<step 1/3700  loss 3.2500  20.5k tok/s  mfu 41.5%  eta 1:01:39  masked ce 4.5000  elbo"
                                .substring(0, 80)
                        + "<step 2/3700  loss ");
    }

    @Test
    void a_peak_that_was_measured_again_is_told() {
        Cli cli = new Cli();
        new TrainConsole(cli.world(), 3700, () -> now).peakRaised(655e9, 812e9);
        assertThat(cli.err()).contains("products of 655 GFLOP/s", "mfu is now a part of 812 GFLOP/s");
    }

    private void run(TrainConsole console) {
        for (int i = 1; i <= 5; i++) {
            console.step(step(i));
            now += 700_000_000;
        }
        console.heldOut(new HeldOutMetrics(5, 4.25, 5.5, 10));
        console.step(step(3700));
    }

    private static StepMetrics step(long step) {
        return new StepMetrics(
                step,
                3.25,
                -3.5,
                4.5,
                1e-3,
                0.75,
                1,
                new AppliedMasks(4, 1, 2, 3, step < 5 ? 0 : 4, 100),
                100,
                20480,
                1.0,
                0.01,
                OptionalDouble.of(0.415));
    }
}
