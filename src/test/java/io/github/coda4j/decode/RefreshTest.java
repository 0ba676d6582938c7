package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.LeftBias;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When the whole sequence is run again, and what is run instead. */
@Tag("slow")
class RefreshTest {
    private static final int MASK = ByteTokenizer.MASK;
    private static final int END = ByteTokenizer.END;
    private static final int PROMPT = 5;
    private static final int NEW = 32;

    private record Outcome(int[] ids, List<StepResult> steps, List<ForwardPlan> plans, int refreshes, int openCaches) {
        List<ForwardPlan> full() {
            return plans.stream()
                    .filter(plan -> plan.cache() instanceof CacheAccess.Fill)
                    .toList();
        }

        /** First and last position of each forward but the full ones. */
        List<String> cached() {
            return plans.stream()
                    .filter(plan -> plan.cache() instanceof CacheAccess.Reuse)
                    .map(plan -> plan.start() + "-" + (plan.end() - 1))
                    .toList();
        }
    }

    /** Policies whose answer is a function of what stands in the sequence, with what they remember of it. */
    static Stream<CommitPolicy> policies() {
        return CommitPolicies.BUILT_IN.stream()
                .map(factory -> CommitPolicies.create(factory, Map.of()))
                // A distribution that is not compared after a full forward is one that this rule waits for.
                .filter(policy -> !policy.name().equals("klass"));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void the_network_sees_every_token_that_stands_in_the_sequence_however_seldom_all_of_it_is_run(CommitPolicy policy) {
        // The network answers by the ids that it sees, stored ones as they were stored.
        for (Growth growth : List.of(Growth.NONE, new Growth.Window(12), new Growth.Chunks(16))) {
            for (int[] sequence : List.of(completion(), withHolesFarApart())) {
                DecodeOptions options = DecodeOptions.ofSteps(NEW)
                        .withBlocks(4, CachePolicy.NONE)
                        .withCommit(policy)
                        .withGrowth(growth);
                Outcome exact = decode(sequence, options);
                assertThat(exact.ids()).doesNotContain(MASK);
                for (CachePolicy cache : seldom()) {
                    Outcome cached = decode(sequence, options.withBlocks(4, cache));
                    assertThat(cached.ids()).as("%s, %s", cache, growth).isEqualTo(exact.ids());
                    assertThat(cached.steps()).as("%s, %s", cache, growth).isEqualTo(exact.steps());
                    assertThat(cached.openCaches()).isZero();
                    if (cache.refresh() instanceof Refresh.Never) {
                        assertThat(cached.refreshes()).isEqualTo(1);
                    }
                }
            }
        }
    }

    private static List<CachePolicy> seldom() {
        List<CachePolicy> all = new ArrayList<>();
        for (Refresh refresh :
                List.of(new Refresh.Never(), new Refresh.Every(5), new Refresh.Drift(0.2), new Refresh.Every(1))) {
            for (CachedRows rows : CachedRows.values()) {
                all.add(new CachePolicy.Prefix(refresh, rows));
                all.add(new CachePolicy.Dual(refresh, rows));
            }
        }
        return all;
    }

    @Test
    void by_default_a_block_begins_with_a_run_of_all_and_none_of_the_finished_one() {
        for (Refresh refresh : List.of(Refresh.AT_BLOCKS, Refresh.of("block"))) {
            Outcome outcome = decode(completion(), dual(refresh, CachedRows.BLOCK));
            assertThat(outcome.plans()).hasSize(16);
            assertThat(outcome.full()).hasSize(4);
            assertThat(outcome.cached().subList(0, 4)).containsExactly("4-12", "4-12", "4-12", "12-20");
        }
        assertThat(decode(completion(), dual(Refresh.of("block=2"), CachedRows.BLOCK))
                        .full())
                .hasSize(8);
    }

    @Test
    void never_runs_a_finished_block_with_the_first_forward_of_the_next() {
        Outcome outcome = decode(completion(), dual(new Refresh.Never(), CachedRows.BLOCK));
        assertThat(outcome.full()).hasSize(1);
        assertThat(outcome.cached())
                .containsExactly(
                        "4-12", "4-12", "4-12", // the first block
                        "5-20", "12-20", "12-20", "12-20", // the second one, once with the first
                        "13-28", "20-28", "20-28", "20-28", "21-36", "28-36", "28-36", "28-36");
        Outcome prefix = decode(completion(), prefix(new Refresh.Never(), CachedRows.BLOCK));
        assertThat(prefix.cached().subList(0, 5)).containsExactly("4-36", "4-36", "4-36", "5-36", "12-36");
    }

    @Test
    void open_rows_leave_out_what_is_stored_and_cannot_be_committed() {
        Outcome outcome = decode(completion(), dual(new Refresh.Never(), CachedRows.OPEN));
        // Two tokens a forward from the left: they are stored by the next forward and then left alone.
        assertThat(outcome.cached().subList(0, 8))
                .containsExactly("5-12", "7-12", "9-12", "11-20", "13-20", "15-20", "17-20", "19-28");
        Outcome atBlocks = decode(completion(), dual(Refresh.AT_BLOCKS, CachedRows.OPEN));
        assertThat(atBlocks.full()).hasSize(4);
        assertThat(atBlocks.cached().subList(0, 4)).containsExactly("5-12", "7-12", "9-12", "13-20");
        Outcome prefix = decode(completion(), prefix(new Refresh.Never(), CachedRows.OPEN));
        assertThat(prefix.cached().subList(0, 3)).containsExactly("5-36", "7-36", "9-36");
    }

    @Test
    void every_n_counts_forwards_wherever_blocks_begin() {
        Outcome outcome = decode(completion(), dual(new Refresh.Every(6), CachedRows.BLOCK));
        List<Integer> full = IntStream.range(0, outcome.plans().size())
                .filter(i -> outcome.plans().get(i).cache() instanceof CacheAccess.Fill)
                .boxed()
                .toList();
        assertThat(full).containsExactly(0, 6, 12);
        assertThat(outcome.refreshes()).isEqualTo(3);
    }

    @Test
    void drift_runs_all_after_a_forward_that_shows_more_of_it_and_not_before() {
        // Values are 1 to 2 by a hash of the sequence, so that a change of the sequence changes them by some tenths.
        Outcome often = decode(completion(), dual(new Refresh.Drift(1e-6), CachedRows.BLOCK));
        assertThat(often.full()).as("every second forward").hasSize(8);
        Outcome seldom = decode(completion(), dual(new Refresh.Drift(0.2), CachedRows.BLOCK));
        Outcome never = decode(completion(), dual(new Refresh.Drift(10), CachedRows.BLOCK));
        assertThat(never.full()).hasSize(1);
        assertThat(seldom.full().size()).isBetween(2, 7);
        for (int i = 1; i < often.plans().size(); i++) {
            assertThat(often.plans().get(i).cache() instanceof CacheAccess.Fill).isEqualTo(i % 2 == 0);
        }
    }

    @Test
    void drift_is_of_the_rows_that_hold_what_they_held_and_ages_from_the_last_run_of_all() {
        RuleDenoiser model = new RuleDenoiser(4096, (_, _) -> 'x', (_, position) -> 0.8 - position / 1e4);
        Canvas canvas = new Canvas(completion(), MASK);
        StoredRows rows = new StoredRows(
                new CachePolicy.Dual(new Refresh.Drift(1e-9), CachedRows.BLOCK), model, Optional.empty());
        ForwardPlan fill = plan(canvas, 0, canvas.length(), new CacheAccess.Fill(rows.open(canvas.length())));
        model.forward(List.of(fill));
        rows.ran(fill);
        assertThat(rows.runsAll(1)).isFalse();
        ForwardPlan same = plan(canvas, 4, 13, new CacheAccess.Reuse(rows.open(canvas.length())));
        model.forward(List.of(same));
        rows.ran(same);
        assertThat(rows.runsAll(1)).as("nothing has changed").isFalse();
        canvas.commit(12, 'y');
        ForwardPlan only = plan(canvas, 12, 13, new CacheAccess.Reuse(rows.open(canvas.length())));
        model.forward(List.of(only));
        rows.ran(only);
        assertThat(rows.runsAll(1)).as("the only row holds another token now").isFalse();
        ForwardPlan others = plan(canvas, 4, 13, new CacheAccess.Reuse(rows.open(canvas.length())));
        model.forward(List.of(others));
        rows.ran(others);
        assertThat(rows.runsAll(1)).as("the others see it").isTrue();
        rows.close();
        assertThat(model.openCaches()).isZero();
    }

    private static ForwardPlan plan(Canvas canvas, int start, int end, CacheAccess access) {
        return new ForwardPlan(canvas.ids(start, end), start, access, new int[0], Sampling.GREEDY.excluding(MASK), 0);
    }

    @Test
    void rows_of_a_hole_far_away_are_stored_by_a_forward_that_asks_nothing_and_is_no_step() {
        int[] ids = withHolesFarApart();
        for (CachedRows which : CachedRows.values()) {
            Outcome outcome = decode(ids, dual(new Refresh.Never(), which));
            List<ForwardPlan> silent = outcome.plans().stream()
                    .filter(plan -> plan.positions().length == 0)
                    .toList();
            assertThat(silent).hasSize(1);
            assertThat(silent.getFirst().end()).isEqualTo(PROMPT + 8);
            assertThat(silent.getFirst().ids()).doesNotContain(MASK);
            assertThat(outcome.steps().stream().filter(StepResult::forward).count())
                    .isEqualTo(outcome.plans().size() - 1);
            assertThat(outcome.steps().stream().mapToInt(StepResult::step).toArray())
                    .isEqualTo(IntStream.range(0, outcome.steps().size()).toArray());
        }
    }

    @Test
    void pads_that_close_a_hole_are_stored_before_the_next_one_begins() {
        int[] ids = withHolesFarApart();
        RuleDenoiser model = new RuleDenoiser(
                4096, (_, position) -> position < PROMPT + 3 ? 'x' : 1, (_, position) -> 0.9 - position / 1e4);
        DecodeOptions options =
                dual(new Refresh.Never(), CachedRows.OPEN).withBlocks(4, dualOf(new Refresh.Never(), CachedRows.OPEN));
        Outcome outcome = decode(model, ids, options.withHolePad(OptionalInt.of(1)));
        assertThat(outcome.ids()).doesNotContain(MASK);
        ForwardPlan silent = outcome.plans().stream()
                .filter(plan -> plan.positions().length == 0)
                .findFirst()
                .orElseThrow();
        assertThat(silent.end()).isEqualTo(PROMPT + 8);
        assertThat(silent.ids()).contains(1).doesNotContain(MASK);
    }

    @Test
    void a_canvas_that_grows_keeps_what_is_stored_and_runs_what_was_added_behind_a_token() {
        DecodeOptions options = dual(new Refresh.Never(), CachedRows.BLOCK)
                .withGrowth(new Growth.Chunks(16))
                .withEndTokens(Set.of(END));
        Outcome fromTheLeft = decode(completion(), options);
        assertThat(fromTheLeft.full()).hasSize(1);
        // The last position was run as a mask only: those that are added are taken to look like it.
        assertThat(fromTheLeft.cached()).contains("13-28").doesNotContain("13-36");
        RuleDenoiser surerToTheRight = new RuleDenoiser(4096, (_, _) -> 'x', (_, position) -> 0.5 + position / 1e4);
        Outcome fromTheRight = decode(surerToTheRight, completion(), options.withCommit(new ConfidenceThreshold(0.9)));
        assertThat(fromTheRight.full()).hasSize(1);
        assertThat(fromTheRight.cached()).contains("13-36");
        assertThat(fromTheRight.ids()).doesNotContain(MASK);
    }

    // The window

    @Test
    void a_window_slides_over_the_masks_and_what_is_right_of_it_is_in_no_forward() {
        for (CachePolicy cache : List.of(
                CachePolicy.NONE,
                CachePolicy.of("prefix"),
                CachePolicy.of("dual"),
                dualOf(new Refresh.Never(), CachedRows.BLOCK))) {
            Outcome outcome = decode(
                    completion(),
                    dual(Refresh.AT_BLOCKS, CachedRows.BLOCK)
                            .withBlocks(8, cache)
                            .withGrowth(new Growth.Window(12)));
            assertThat(outcome.ids()).hasSize(PROMPT + NEW).doesNotContain(MASK);
            for (ForwardPlan plan : outcome.plans()) {
                int block = (plan.positions()[0] - PROMPT) / 8 * 8 + PROMPT;
                assertThat(plan.end()).isLessThanOrEqualTo(Math.min(PROMPT + NEW, block + 12));
                if (!(plan.cache() instanceof CacheAccess.Reuse)) {
                    assertThat(plan.end()).isEqualTo(Math.min(PROMPT + NEW, block + 12));
                }
            }
        }
    }

    @Test
    void a_window_as_wide_as_the_canvas_changes_nothing_and_one_ends_with_its_answer() {
        DecodeOptions options = dual(Refresh.AT_BLOCKS, CachedRows.BLOCK);
        Outcome all = decode(completion(), options);
        Outcome wide = decode(completion(), options.withGrowth(new Growth.Window(NEW)));
        assertThat(wide.steps()).isEqualTo(all.steps());
        RuleDenoiser ending = new RuleDenoiser(
                4096, (_, position) -> position < PROMPT + 10 ? 'x' : END, (_, position) -> 0.8 - position / 1e4);
        Outcome ended = decode(
                ending, completion(), options.withGrowth(new Growth.Window(8)).withEndTokens(Set.of(END)));
        assertThat(ended.ids()).hasSize(PROMPT + 16);
        assertThat(ended.plans()).allMatch(plan -> plan.end() <= PROMPT + 16);
    }

    @Test
    void masks_that_a_window_lets_in_are_taken_to_look_as_the_last_one_until_they_are_run() {
        Outcome outcome =
                decode(completion(), dual(new Refresh.Never(), CachedRows.BLOCK).withGrowth(new Growth.Window(12)));
        assertThat(outcome.full()).hasSize(1);
        assertThat(outcome.plans()).as("no forward of their own").allMatch(plan -> plan.positions().length > 0);
        assertThat(outcome.cached()).contains("5-20", "13-28", "21-36");
    }

    // What does not go together

    @Test
    void names_say_when_and_what_is_no_name_is_refused() {
        for (String name : List.of("block", "block=2", "every=64", "drift=0.25", "never")) {
            assertThat(Refresh.of(name)).hasToString(name);
        }
        assertThat(Refresh.of("block=0")).isEqualTo(Refresh.AT_BLOCKS).hasToString("block");
        refuses(() -> Refresh.of("often"), "a refresh is block, block=N, every=N, drift=X or never, got 'often'");
        refuses(() -> Refresh.of("every=x"), "'every=x' has no number behind =");
        refuses(() -> Refresh.of("every=0"), "every=N needs at least 1 forward, got 0");
        refuses(() -> Refresh.of("drift=0"), "drift=X needs a positive number, got 0.0");
        refuses(() -> Refresh.of("drift=NaN"), "drift=X needs a positive number, got NaN");
        refuses(() -> Refresh.of("block=-1"), "must be 0 (block starts only) or positive, got -1");
        refuses(() -> new Growth.Window(0), "a window has at least 1 token, got 0");
    }

    @Test
    void refuses_by_name_what_does_not_go_together() {
        DecodeOptions options = dual(Refresh.AT_BLOCKS, CachedRows.BLOCK);
        refuses(() -> CachePolicy.of("none", new Refresh.Never(), CachedRows.BLOCK), "refresh never needs cache");
        refuses(() -> CachePolicy.of("none", Refresh.AT_BLOCKS, CachedRows.OPEN), "cached rows open need cache");
        DecodeOptions commit = options.withCommit(new ConfidenceThreshold(0.9)).withBlockStart(BlockStart.COMMIT);
        refuses(
                () -> commit.withBlocks(8, dualOf(new Refresh.Never(), CachedRows.BLOCK)),
                "block start commit refreshes at block starts only: leave refresh never out");
        refuses(
                () -> commit.withBlocks(8, dualOf(Refresh.AT_BLOCKS, CachedRows.OPEN)),
                "block start commit runs all rows of a block: leave cached rows open out");
        refuses(() -> DecodeOptions.ofSteps(4).withGrowth(new Growth.Window(8)), "window 8 needs a block length");
        refuses(() -> options.withGrowth(new Growth.Window(7)), "window 7 does not hold a block of 8: use 8 or more");
        assertThatThrownBy(() -> new CanvasShape(8, List.of(8), false)
                        .checkDecodable(options.withGrowth(new Growth.Window(8)), 100))
                .hasMessage("window 8 has no effect: no hole is at the end of the text; leave it out");
    }

    private static void refuses(Runnable refused, String message) {
        assertThatThrownBy(refused::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static int[] completion() {
        return Canvas.forCompletion(prompt(PROMPT), NEW, MASK).ids();
    }

    /** Eight masks, forty tokens, eight masks at the end. */
    private static int[] withHolesFarApart() {
        int[] ids = prompt(PROMPT + 8 + 40 + 8);
        Arrays.fill(ids, PROMPT, PROMPT + 8, MASK);
        Arrays.fill(ids, PROMPT + 48, PROMPT + 56, MASK);
        return ids;
    }

    private static int[] prompt(int length) {
        return IntStream.range(0, length).map(i -> 'a' + i % 26).toArray();
    }

    private static CachePolicy dualOf(Refresh refresh, CachedRows rows) {
        return new CachePolicy.Dual(refresh, rows);
    }

    /** Two tokens a forward, from the left, in blocks of 8. */
    private static DecodeOptions dual(Refresh refresh, CachedRows rows) {
        return DecodeOptions.ofSteps(NEW).withCommit(new LeftBias(100, 2)).withBlocks(8, dualOf(refresh, rows));
    }

    private static DecodeOptions prefix(Refresh refresh, CachedRows rows) {
        return dual(refresh, rows).withBlocks(8, new CachePolicy.Prefix(refresh, rows));
    }

    private static Outcome decode(int[] ids, DecodeOptions options) {
        return decode(RuleDenoiser.ofHash(), ids, options);
    }

    private static Outcome decode(RuleDenoiser model, int[] ids, DecodeOptions options) {
        Canvas canvas = new Canvas(ids, MASK);
        List<StepResult> steps;
        int refreshes;
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            steps = Decoding.run(session, model);
            refreshes = session.cacheRefreshes();
        }
        List<ForwardPlan> plans = model.passes().stream().map(List::getFirst).toList();
        return new Outcome(canvas.ids(), steps, plans, refreshes, model.openCaches());
    }
}
