package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
    @Test
    void climbs_in_a_straight_line_from_the_first_step_and_reaches_the_peak_after_the_warm_up() {
        LearningRate rate = new LearningRate(LearningRate.Decay.COSINE, 1e-3, 1e-4, 4, 104);
        assertThat(rate.at(0)).isCloseTo(0.2e-3, within(1e-12));
        assertThat(rate.at(3)).isCloseTo(0.8e-3, within(1e-12));
        assertThat(rate.at(4)).isCloseTo(1e-3, within(1e-12));
        assertThat(rate.at(5)).isLessThan(1e-3);
    }

    @Test
    void falls_linearly_to_the_least_rate() {
        LearningRate rate = new LearningRate(LearningRate.Decay.LINEAR, 1, 0.2, 10, 110);
        assertThat(rate.at(60)).isCloseTo(0.6, within(1e-12));
        assertThat(rate.at(109)).isCloseTo(0.208, within(1e-12));
        assertThat(rate.at(110)).isCloseTo(0.2, within(1e-12));
        assertThat(rate.at(1000)).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void falls_by_half_a_cosine_to_the_least_rate() {
        LearningRate rate = new LearningRate(LearningRate.Decay.COSINE, 1, 0.2, 0, 100);
        assertThat(rate.at(0)).isEqualTo(1);
        assertThat(rate.at(25)).isCloseTo(0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2, within(1e-12));
        assertThat(rate.at(50)).isCloseTo(0.6, within(1e-12));
        assertThat(rate.at(100)).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void a_constant_rate_stays_at_its_peak() {
        LearningRate rate = LearningRate.constant(0.5, 1, 10);
        assertThat(rate.at(0)).isEqualTo(0.25);
        assertThat(rate.at(1)).isEqualTo(0.5);
        assertThat(rate.at(9)).isEqualTo(0.5);
    }

    @Test
    void is_above_0_at_every_step_of_the_run() {
        for (LearningRate.Decay kind :
                new LearningRate.Decay[] {LearningRate.Decay.LINEAR, LearningRate.Decay.COSINE}) {
            LearningRate rate = new LearningRate(kind, 1e-3, 0, 7, 50);
            for (int step = 0; step < 50; step++) {
                assertThat(rate.at(step)).isPositive().isLessThanOrEqualTo(1e-3);
            }
        }
    }

    @Test
    void numbers_out_of_range_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LearningRate.constant(1e-3, 10, 10))
                .withMessage("warm_up_steps must be in [0, 10), below steps, got 10");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LearningRate.constant(0, 0, 10))
                .withMessage("peak must be above 0, got 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LearningRate(LearningRate.Decay.LINEAR, 0.1, 0.2, 0, 10))
                .withMessage("min must be in [0, 0.1], the peak, got 0.2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LearningRate(LearningRate.Decay.CONSTANT, 0.2, 0.1, 0, 10))
                .withMessage("min has no effect on a constant rate; leave it out");
    }
}
