package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Sampling;
import org.junit.jupiter.api.Test;

class LogitsShiftTest {
    @Test
    void shifted_a_position_is_proposed_by_the_row_before_it_and_the_first_row_also_proposes_its_own() {
        assertThat(rows(Alignment.SHIFTED, 0, 0, 1, 3)).containsExactly(0, 0, 2);
        assertThat(rows(Alignment.SHIFTED, 5, 5, 6, 8)).containsExactly(0, 0, 2);
        assertThat(rows(Alignment.SHIFTED, 5, 7)).containsExactly(1);
    }

    @Test
    void in_place_a_position_is_proposed_by_its_own_row() {
        assertThat(rows(Alignment.IN_PLACE, 0, 0, 1, 3)).containsExactly(0, 1, 3);
        assertThat(rows(Alignment.IN_PLACE, 5, 5, 6, 8)).containsExactly(0, 1, 3);
    }

    /** Of a run of four tokens. */
    private static int[] rows(Alignment alignment, int start, int... positions) {
        ForwardPlan plan = new ForwardPlan(new int[4], start, CacheAccess.NONE, positions, Sampling.GREEDY, 0);
        return LogitsShift.rows(plan, alignment);
    }
}
