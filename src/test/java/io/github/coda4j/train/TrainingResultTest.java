package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.masking.AppliedMasks;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TrainingResultTest {
    @Test
    void the_facts_are_those_of_the_last_step_and_of_all_waiting() {
        RunTotals totals = new RunTotals();
        totals.step(step(1, 3.5, 1.0, 0.5));
        totals.step(step(2, 3.25, 3.0, 0.5));
        RunState state = RunState.start(1, 1, "hash").after(4, 1_200_000).after(4, 1_200_000);
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("parameters", "8.4 million");
        expected.put("steps", "2");
        expected.put("tokens", "2.4 million");
        expected.put("loss", "3.2500");
        expected.put("held-out loss", "4.1250");
        expected.put("best", "4.1250 at step 2");
        expected.put("data waiting", "25.00% of step time");
        assertThat(result(state.measured(4.125), totals).facts()).containsExactlyEntriesOf(expected);
    }

    @Test
    void a_run_without_steps_has_no_loss_and_waited_for_nothing() {
        assertThat(result(RunState.start(1, 1, "hash"), new RunTotals()).facts())
                .isEqualTo(Map.of("parameters", "8.4 million", "steps", "0", "tokens", "0"));
    }

    private static TrainingResult result(RunState state, RunTotals totals) {
        return new TrainingResult(
                TrainingLoop.Outcome.FINISHED,
                Path.of("run"),
                Path.of("run/checkpoints/step-0000002"),
                state,
                8_400_000,
                totals.loss(),
                totals.waitedShare(),
                Optional.empty(),
                Optional.empty());
    }

    private static StepMetrics step(long number, double loss, double seconds, double waited) {
        return new StepMetrics(
                number, loss, 0, 0, 0, 0, 1, AppliedMasks.NONE, 0, 0, seconds, waited, OptionalDouble.empty());
    }
}
