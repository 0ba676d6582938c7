package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.testkit.ScriptedDenoiser;
import io.github.coda4j.testkit.ScriptedDenoiser.Answer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DecodeSessionTest {
    private static final int MASK = 0;
    private static final int END = 3;
    private static final DecodeOptions THRESHOLD = DecodeOptions.ofSteps(1).withCommit(new ConfidenceThreshold(0.9));

    private static ScriptedDenoiser scripted(ScriptedDenoiser.Script script) {
        return new ScriptedDenoiser(1000, MASK, script);
    }

    /** Proposes 100 + position, less confident to the right. */
    private static ScriptedDenoiser leftToRight() {
        return scripted((forward, position) -> new Answer(100 + position, 0.5 - position * 0.01));
    }

    private static Canvas canvas(int promptLength, int numNew) {
        int[] prompt = new int[promptLength];
        Arrays.fill(prompt, 5);
        return Canvas.forCompletion(prompt, numNew, MASK);
    }

    private static List<String> calls(ScriptedDenoiser denoiser) {
        return denoiser.plans().stream().map(DecodeSessionTest::call).toList();
    }

    private static String call(ForwardPlan plan) {
        String kind = plan.cache().getClass().getSimpleName().toLowerCase(Locale.ROOT);
        return kind + " " + plan.start() + "-" + plan.end() + " for " + Arrays.toString(plan.positions());
    }

    @Test
    void without_a_cache_every_forward_runs_the_whole_canvas() {
        ScriptedDenoiser denoiser = leftToRight();
        try (var session = DecodeSession.open(canvas(2, 3), DecodeOptions.ofSteps(2), denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.canvas().ids()).containsExactly(5, 5, 102, 103, 104);
            assertThat(session.cacheRefreshes()).isZero();
        }
        assertThat(calls(denoiser)).containsExactly("none 0-5 for [2, 3, 4]", "none 0-5 for [3, 4]");
    }

    @Test
    void a_dual_cache_runs_the_block_and_the_row_before_it() {
        ScriptedDenoiser denoiser = leftToRight();
        DecodeOptions options = DecodeOptions.ofSteps(4).withBlocks(2, new CachePolicy.Dual(0));
        try (var session = DecodeSession.open(canvas(3, 4), options, denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.cacheRefreshes()).isEqualTo(2);
            assertThat(session.forwards()).isEqualTo(2);
        }
        assertThat(calls(denoiser)).containsExactly("fill 0-7 for [3, 4]", "fill 0-7 for [5, 6]");

        ScriptedDenoiser slow = leftToRight();
        try (var session = DecodeSession.open(canvas(3, 4), THRESHOLD.withBlocks(2, new CachePolicy.Dual(0)), slow)) {
            Decoding.run(session, slow);
        }
        assertThat(calls(slow))
                .containsExactly(
                        "fill 0-7 for [3, 4]", "reuse 2-5 for [4]", "fill 0-7 for [5, 6]", "reuse 4-7 for [6]");
    }

    @Test
    void in_place_cached_forwards_run_the_block_without_the_row_before_it() {
        for (CachePolicy cache : List.of(new CachePolicy.Dual(0), new CachePolicy.Prefix(0))) {
            ScriptedDenoiser denoiser = new ScriptedDenoiser(
                    1000, MASK, Alignment.IN_PLACE, (_, position) -> new Answer(100 + position, 0.5 - position * 0.01));
            try (var session = DecodeSession.open(canvas(3, 4), THRESHOLD.withBlocks(2, cache), denoiser)) {
                Decoding.run(session, denoiser);
            }
            String end = cache instanceof CachePolicy.Dual ? "5" : "7";
            assertThat(calls(denoiser))
                    .containsExactly(
                            "fill 0-7 for [3, 4]",
                            "reuse 3-" + end + " for [4]",
                            "fill 0-7 for [5, 6]",
                            "reuse 5-7 for [6]");
        }
    }

    @Test
    void a_prefix_cache_runs_the_row_before_the_block_and_all_that_is_right_of_it() {
        ScriptedDenoiser denoiser = leftToRight();
        DecodeOptions options = THRESHOLD.withBlocks(2, new CachePolicy.Prefix(0));
        try (var session = DecodeSession.open(canvas(3, 4), options, denoiser)) {
            Decoding.run(session, denoiser);
        }
        assertThat(calls(denoiser))
                .containsExactly(
                        "fill 0-7 for [3, 4]", "reuse 2-7 for [4]", "fill 0-7 for [5, 6]", "reuse 4-7 for [6]");
    }

    @Test
    void a_block_at_the_very_start_runs_from_position_zero() {
        ScriptedDenoiser denoiser = leftToRight();
        Canvas canvas = new Canvas(new int[] {MASK, MASK, 5}, MASK);
        try (var session = DecodeSession.open(canvas, THRESHOLD.withBlocks(2, new CachePolicy.Dual(0)), denoiser)) {
            Decoding.run(session, denoiser);
        }
        assertThat(calls(denoiser)).containsExactly("fill 0-3 for [0, 1]", "reuse 0-2 for [1]");
    }

    @Test
    void a_refresh_interval_fills_the_cache_again_within_a_block() {
        ScriptedDenoiser denoiser = leftToRight();
        try (var session =
                DecodeSession.open(canvas(1, 5), THRESHOLD.withBlocks(5, new CachePolicy.Dual(2)), denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.cacheRefreshes()).isEqualTo(3);
        }
        assertThat(denoiser.plans().stream().map(p -> p.cache() instanceof CacheAccess.Fill))
                .containsExactly(true, false, true, false, true);
    }

    @Test
    void block_start_commit_takes_the_first_token_alone_and_runs_the_block_alone() {
        ScriptedDenoiser denoiser = leftToRight();
        DecodeOptions options = THRESHOLD.withBlocks(2, new CachePolicy.Dual(0)).withBlockStart(BlockStart.COMMIT);
        try (var session = DecodeSession.open(canvas(3, 4), options, denoiser)) {
            Decoding.run(session, denoiser);
        }
        assertThat(calls(denoiser))
                .containsExactly("fill 0-7 for [3]", "reuse 3-5 for [4]", "fill 0-7 for [5]", "reuse 5-7 for [6]");
    }

    @Test
    void a_proposal_as_probable_as_the_threshold_is_committed() {
        ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(100, position == 1 ? 0.95 : 0.9));
        try (var session = DecodeSession.open(canvas(1, 3), THRESHOLD, denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.forwards()).isEqualTo(1);
        }
    }

    @Test
    void a_canvas_as_long_as_the_model_takes_is_decoded() {
        ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(100, 0.9));
        try (var session = DecodeSession.open(canvas(4095, 1), THRESHOLD, denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.canvas().id(4095)).isEqualTo(100);
        }
    }

    @Test
    void a_mask_that_is_predicted_for_ever_ends_the_block_instead_of_looping() {
        ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(position == 4 ? MASK : 100, 0.95));
        DecodeOptions options =
                THRESHOLD.withMaskCandidates(MaskCandidates.ALLOW).withBlocks(2, CachePolicy.NONE);
        try (var session = DecodeSession.open(canvas(3, 4), options, denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.canvas().ids()).containsExactly(5, 5, 5, 100, MASK, 100, 100);
            assertThat(session.forwards()).isEqualTo(3);
        }
    }

    @Test
    void an_excluded_mask_that_is_proposed_all_the_same_is_refused() {
        ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(MASK, 0.95));
        try (var session = DecodeSession.open(canvas(3, 4), DecodeOptions.ofSteps(1), denoiser)) {
            assertThatThrownBy(() -> Decoding.run(session, denoiser))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("proposes the mask for position 3");
        }
    }

    @Test
    void steps_that_commit_nothing_are_reported_without_a_forward() {
        ScriptedDenoiser denoiser = leftToRight();
        try (var session = DecodeSession.open(canvas(1, 2), DecodeOptions.ofSteps(4), denoiser)) {
            assertThat(session.step()).isEqualTo(3);
            List<StepResult> steps = Decoding.run(session, denoiser);
            assertThat(steps.stream().map(StepResult::forward)).containsExactly(false, false, false, true);
            assertThat(steps.stream().map(s -> s.commits().size())).containsExactly(0, 0, 0, 2);
            assertThat(session.step()).isEqualTo(4);
            assertThat(session.forwards()).isEqualTo(1);
        }
    }

    @Test
    void a_completion_is_done_when_all_up_to_an_end_token_is_committed() {
        ScriptedDenoiser denoiser = scripted(
                (forward, position) -> new Answer(position == 5 ? END : 100 + position, position == 5 ? 1 : 0.5));
        Canvas canvas = new Canvas(new int[] {END, MASK, 5, MASK, MASK, MASK, MASK, MASK, MASK}, MASK);
        DecodeOptions options = DecodeOptions.ofSteps(7).withEndTokens(Set.of(END, 4));
        try (var session = DecodeSession.open(canvas, options, denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.canvas().ids()).containsExactly(END, 101, 5, 103, 104, END, MASK, MASK, MASK);
            assertThat(session.endPosition()).hasValue(5);
            assertThat(session.canvas().maskedCount()).isEqualTo(3);
        }
    }

    @Test
    void an_end_token_in_a_hole_stops_nothing() {
        ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(END, 0.5));
        Canvas canvas = new Canvas(new int[] {5, MASK, MASK, 5, MASK, MASK, 5}, MASK);
        try (var session = DecodeSession.open(canvas, DecodeOptions.ofSteps(4).withEndTokens(Set.of(END)), denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.canvas().maskedCount()).isZero();
            assertThat(session.endPosition()).isEmpty();
        }
    }

    @Test
    void an_end_token_in_one_block_leaves_the_later_blocks_out() {
        ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(END, 0.95));
        try (var session = DecodeSession.open(
                canvas(2, 8),
                THRESHOLD.withBlocks(2, new CachePolicy.Prefix(0)).withEndTokens(Set.of(END)),
                denoiser)) {
            Decoding.run(session, denoiser);
            assertThat(session.forwards()).isEqualTo(1);
            assertThat(session.endPosition()).hasValue(2);
            assertThat(session.done()).isTrue();
        }
    }

    @Test
    void a_threshold_without_blocks_fills_all_masks_also_when_the_steps_do_not_divide_them() {
        for (int steps : new int[] {1, 3, 5, 7, 20}) {
            ScriptedDenoiser denoiser = scripted((forward, position) -> new Answer(9, position % 2 == 0 ? 1 : 0.1));
            DecodeOptions options = DecodeOptions.ofSteps(steps).withCommit(new ConfidenceThreshold(0.9));
            try (var session = DecodeSession.open(canvas(1, 7), options, denoiser)) {
                Decoding.run(session, denoiser);
                assertThat(session.canvas().maskedCount()).as("%d steps", steps).isZero();
            }
        }
    }

    @Test
    void a_canvas_without_masks_is_done_at_once() {
        ScriptedDenoiser denoiser = leftToRight();
        try (var session = DecodeSession.open(new Canvas(new int[] {5}, MASK), DecodeOptions.ofSteps(4), denoiser)) {
            assertThat(session.done()).isTrue();
            assertThatThrownBy(session::plan).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void lengths_and_steps_that_do_not_divide_name_the_nearest_ones_that_do() {
        ScriptedDenoiser denoiser = leftToRight();
        DecodeOptions blocks = DecodeOptions.ofSteps(10).withBlocks(4, CachePolicy.NONE);
        assertThatThrownBy(() -> DecodeSession.open(canvas(2, 10), blocks, denoiser))
                .hasMessage(
                        "10 new tokens do not divide into blocks of 4: use 8 or 12 new tokens or a block length that"
                                + " divides 10");
        assertThatThrownBy(() -> DecodeSession.open(canvas(2, 16), blocks, denoiser))
                .hasMessage("10 steps do not divide over 4 blocks: use 8 or 12 steps");
        assertThatThrownBy(() -> DecodeSession.open(canvas(2, 64), blocks, denoiser))
                .hasMessage("10 steps do not divide over 16 blocks: use 16 steps");
        assertThatThrownBy(() -> DecodeSession.open(canvas(2, 5000), DecodeOptions.ofSteps(1), denoiser))
                .hasMessage("5000 tokens are to be generated: the model takes at most 4096, the prompt included;"
                        + " ask for fewer");
        assertThatThrownBy(() ->
                        DecodeSession.open(new Canvas(new int[] {5, 9}, 9), DecodeOptions.ofSteps(1), denoiser))
                .hasMessage("the canvas is masked with id 9, the model's mask is 0");
    }

    @Test
    void holes_need_no_length_that_divides_and_share_the_steps_as_evenly_as_possible() {
        Canvas canvas = new Canvas(new int[] {5, MASK, MASK, MASK, 5, MASK, 5}, MASK);
        Layout layout = Layout.of(canvas, DecodeOptions.ofSteps(10).withBlocks(2, CachePolicy.NONE));

        assertThat(layout.blocks().stream().map(b -> b.start() + "-" + b.end())).containsExactly("1-3", "3-4", "5-6");
        assertThat(layout.steps()).containsExactly(3, 3, 4);
        assertThat(layout.tailStart()).isEqualTo(7);
    }

    @Test
    void options_that_have_no_effect_together_are_refused() {
        DecodeOptions plain = DecodeOptions.ofSteps(4);
        assertThatThrownBy(() -> plain.withBlockStart(BlockStart.COMMIT))
                .hasMessageContaining("block start commit has no effect without a cache");
        assertThatThrownBy(() -> plain.withBlocks(2, new CachePolicy.Dual(3)).withBlockStart(BlockStart.COMMIT))
                .hasMessageContaining("refreshes at block starts only: leave refresh block=3 out");
        assertThatThrownBy(() -> new DecodeOptions(
                        4,
                        OptionalInt.empty(),
                        plain.commit(),
                        new CachePolicy.Dual(0),
                        BlockStart.PROPOSE,
                        MaskCandidates.EXCLUDE,
                        DecodeOptions.DEFAULT_EPS,
                        0,
                        1,
                        0,
                        0,
                        Set.of(),
                        OptionalInt.empty()))
                .hasMessageContaining("cache dual needs a block length");
        assertThatThrownBy(() -> THRESHOLD.withEps(0.01)).hasMessageContaining("eps 0.01 has no effect");
        assertThatThrownBy(() -> DecodeOptions.ofSteps(0)).hasMessage("steps must be at least 1, got 0");
        assertThatThrownBy(() -> plain.withSampling(0, 0, 0)).hasMessageContaining("top_p must be in (0, 1]");
        assertThatThrownBy(() -> CachePolicy.of("triple"))
                .hasMessage("unknown cache 'triple': use one of none, prefix, dual, exact");
        assertThatThrownBy(() -> CachePolicy.of("none", 3)).hasMessageContaining("needs cache prefix or dual");
        assertThatThrownBy(() -> CachePolicy.of("dual", -1)).hasMessageContaining("got -1");
    }

    @Test
    void proposals_for_other_positions_and_outputs_that_are_no_number_are_refused() {
        try (var session = DecodeSession.open(canvas(1, 2), DecodeOptions.ofSteps(2), leftToRight())) {
            assertThatThrownBy(() -> session.apply(new Proposals(new int[] {1})))
                    .hasMessage("the proposals are for positions [1], the plan asked for [1, 2]");
            Proposals broken = new Proposals(new int[] {1, 2});
            broken.probability()[1] = Float.NaN;
            assertThatThrownBy(() -> session.apply(broken))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("output for position 2 is not a number");
        }
    }

    @Test
    void closing_frees_the_cache_and_ends_the_session() {
        ScriptedDenoiser denoiser = leftToRight();
        var session = DecodeSession.open(canvas(3, 4), THRESHOLD.withBlocks(2, new CachePolicy.Dual(0)), denoiser);
        session.apply(denoiser.forward(List.of(session.plan())).getFirst());
        assertThat(denoiser.openCaches()).isEqualTo(1);
        session.close();
        assertThat(denoiser.openCaches()).isZero();
        assertThat(session.done()).isTrue();
    }
}
