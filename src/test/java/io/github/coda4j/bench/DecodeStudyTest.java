package io.github.coda4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CachedRows;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** On a clock by which a run of the whole sequence takes a second and every other row ten milliseconds. */
class DecodeStudyTest {
    private static final int TOKENS = 32;

    private final AtomicLong nanos = new AtomicLong();
    private final RuleDenoiser model = RuleDenoiser.ofHash();
    private final DecodeStudy study = new DecodeStudy(model, 20, TOKENS, nanos::get);

    DecodeStudyTest() {
        model.beforeForward(plans -> nanos.addAndGet(nanosOf(plans.getFirst())));
    }

    private static long nanosOf(ForwardPlan plan) {
        return plan.cache() instanceof CacheAccess.Reuse ? plan.ids().length * 10_000_000L : 1_000_000_000L;
    }

    private static DecodeOptions blocks(int length, Refresh refresh) {
        return DecodeOptions.ofSteps(TOKENS).withBlocks(length, new CachePolicy.Dual(refresh, CachedRows.BLOCK));
    }

    @Test
    void runs_of_the_whole_sequence_are_counted_apart() {
        DecodeStudy.Result atBlocks = study.measure(blocks(8, Refresh.AT_BLOCKS), 2);
        assertThat(atBlocks.full()).isEqualTo(4);
        assertThat(atBlocks.cached()).isEqualTo(12);
        assertThat(atBlocks.fullSeconds()).isCloseTo(4, within(1e-9));
        assertThat(atBlocks.cachedSeconds()).as("9 rows each").isCloseTo(12 * 0.09, within(1e-9));
        assertThat(atBlocks.tokensPerSecond()).isCloseTo(32 / 5.08, within(1e-9));
        assertThat(atBlocks.reached()).isEqualTo(2);

        DecodeStudy.Result never = study.measure(blocks(8, new Refresh.Never()), 2);
        assertThat(never.full()).isEqualTo(1);
        assertThat(never.cached()).isEqualTo(15);
        assertThat(never.cachedSeconds())
                .as("three times the finished block too")
                .isCloseTo(12 * 0.09 + 3 * 0.16, within(1e-9));
    }

    @Test
    void parts_of_a_token_are_saved_up_and_ends_of_blocks_lose_some() {
        // 2, 3, 2 and what is left of 8.
        DecodeStudy.Result result = study.measure(blocks(8, Refresh.AT_BLOCKS), 2.5);
        assertThat(result.full() + result.cached()).isEqualTo(16);
        assertThat(result.reached()).isEqualTo(2);
        assertThat(study.measure(blocks(32, Refresh.AT_BLOCKS), 2.5).reached()).isCloseTo(32.0 / 13, within(1e-9));
        assertThatThrownBy(() -> study.measure(blocks(8, Refresh.AT_BLOCKS), 0.5))
                .hasMessage("commits per forward must be at least 1, got 0.5");
    }

    @Test
    void the_commits_for_a_speed_are_the_fewest_at_which_the_planned_forwards_are_that_fast() {
        DecodeOptions never = blocks(8, new Refresh.Never());
        assertThat(study.commitsFor(never, 10)).as("nothing was measured").isEmpty();
        study.measure(never, 2);
        // One commit a forward: 1 + 28 x 0.09 + 3 x 0.16 = 4 s. Four: 1 + 4 x 0.09 + 3 x 0.16 = 1.84 s.
        assertThat(study.commitsFor(never, 32 / 4.01)).hasValue(1);
        assertThat(study.commitsFor(never, 32 / 1.85).orElseThrow()).isBetween(3.0, 4.0);
        assertThat(study.commitsFor(never, 32 / 1.83).orElseThrow()).isGreaterThan(4);
        assertThat(study.commitsFor(never, 32))
                .as("the first run alone takes a second")
                .isEmpty();
        assertThat(study.commitsFor(blocks(8, new Refresh.Drift(1)), 1))
                .as("only a model drifts")
                .isEmpty();
        assertThat(study.commitsFor(blocks(8, Refresh.AT_BLOCKS), 32 / 4.37).orElseThrow())
                .as("4 s, and a forward of 9 rows for each block")
                .isBetween(4.0, 7.0);
    }
}
