package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.masking.AppliedMasks;
import io.github.coda4j.train.HeldOutMetrics;
import io.github.coda4j.train.StepMetrics;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TrainConsoleTest {
    private long now;

    @Test
    void lines_come_for_the_first_and_last_step_and_as_time_passes() {
        Cli cli = new Cli();
        TrainConsole console = new TrainConsole(cli.world(), 3700, () -> now);
        for (int i = 1; i <= 5; i++) {
            console.step(step(i));
            now += 700_000_000;
        }
        console.heldOut(new HeldOutMetrics(5, 4.25, 5.5, 10));
        console.step(step(3700));
        assertThat(cli.err().lines())
                .containsExactly(
                        "step 1/3700  loss 3.2500  elbo -3.5000  masked ce 4.5000  lr 1.00e-03  grad 0.750  masked 100"
                                + " (S1 1 S2 2 S3 3)  20.5k tok/s  mfu 41.5%  data 1.0%  eta 1:01:39",
                        "step 4/3700  loss 3.2500  elbo -3.5000  masked ce 4.5000  lr 1.00e-03  grad 0.750  masked 100"
                                + " (S1 1 S2 2 S3 3)  20.5k tok/s  mfu 41.5%  data 1.0%  eta 1:01:36",
                        "step 5/3700  held-out loss 4.2500  masked ce 5.5000",
                        "step 3700/3700  loss 3.2500  elbo -3.5000  masked ce 4.5000  lr 1.00e-03  grad 0.750  masked"
                                + " 100 (S1 1 S2 2 S3 3 S4 4)  20.5k tok/s  mfu 41.5%  data 1.0%  eta 0:00");
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
