package io.github.coda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import org.junit.jupiter.api.Test;

class TimestepsTest {
    @Test
    void counts_per_step_are_those_of_the_original() {
        for (JsonNode golden : Goldens.cases("generate/transfer_counts.json")) {
            int steps = golden.get("steps").intValue();
            int masked = golden.get("masks").intValue();
            Timesteps timesteps = Timesteps.linear(steps, golden.get("eps").doubleValue());
            int[] counts = new int[steps];
            for (int step = 0; step < steps; step++) {
                counts[step] = timesteps.numToReveal(step, masked);
                masked -= counts[step];
            }
            assertThat(counts)
                    .as("%s masks, %s steps", golden.get("masks"), golden.get("steps"))
                    .isEqualTo(Goldens.ints(golden.get("filled_per_step")));
        }
    }

    @Test
    void levels_fall_from_one_to_eps() {
        Timesteps timesteps = Timesteps.linear(4, 0.2);

        assertThat(timesteps.at(0)).isEqualTo(1f);
        assertThat(timesteps.at(2)).isEqualTo(0.6f);
        assertThat(timesteps.at(4)).isEqualTo(0.2f);
        assertThat(timesteps.revealProbability(0)).isEqualTo(1 - timesteps.at(1));
        assertThat(timesteps.revealProbability(3)).isEqualTo(1f);
    }

    @Test
    void any_number_of_steps_is_at_hand_at_once() {
        Timesteps most = Timesteps.linear(Integer.MAX_VALUE, 0.001);

        assertThat(most.at(0)).isEqualTo(1f);
        assertThat(most.at(Integer.MAX_VALUE)).isEqualTo(0.001f);
        assertThat(most.at(Integer.MAX_VALUE / 2)).isCloseTo(0.5005f, within(1e-4f));
        assertThat(most.numToReveal(5, 1000)).isZero();
        assertThat(most.numToReveal(Integer.MAX_VALUE - 1, 1000)).isEqualTo(1000);
    }

    @Test
    void steps_below_one_and_eps_outside_its_range_are_refused() {
        assertThatThrownBy(() -> Timesteps.linear(0, 0.1)).hasMessage("steps must be at least 1, got 0");
        assertThatThrownBy(() -> Timesteps.linear(1, 1)).hasMessage("eps must be in [0, 1), got 1.0");
        assertThatThrownBy(() -> Timesteps.linear(1, Double.NaN)).hasMessageContaining("got NaN");
    }
}
