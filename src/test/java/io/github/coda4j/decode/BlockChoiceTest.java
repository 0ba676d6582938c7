package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Hierarchy;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By tables of costs that nobody measured, and by a clock that tells what a table says. */
class BlockChoiceTest {
    private static final CachePolicy DUAL = CachePolicy.of("dual");
    private static final CanvasShape ANSWER = CanvasShape.ofCompletion(384, 128);
    private static final RuleDenoiser MODEL = RuleDenoiser.ofHash();

    /** Steps whose time is that of memory up to 16 rows and then that of products; refreshes as given. */
    private static StepCosts costs(double refresh) {
        return new StepCosts(
                new TreeMap<>(Map.of(8, 0.08, 16, 0.08, 32, 0.16, 64, 0.32)), new TreeMap<>(Map.of(512, refresh)));
    }

    private static DecodeOptions auto(int steps, CachePolicy cache) {
        return DecodeOptions.ofSteps(steps).withAutoBlocks(cache);
    }

    private static DecodeOptions never() {
        return auto(128, new CachePolicy.Dual(new Refresh.Never(), CachedRows.BLOCK));
    }

    @Test
    void dear_refreshes_make_blocks_long_and_cheap_ones_short() {
        assertThat(BlockChoice.of(ANSWER, auto(64, DUAL), MODEL, costs(0.3)).length())
                .isEqualTo(16);
        assertThat(BlockChoice.of(ANSWER, auto(64, DUAL), MODEL, costs(5)).length())
                .isEqualTo(64);
        assertThat(BlockChoice.of(ANSWER, auto(64, DUAL), MODEL, costs(50)).length())
                .isEqualTo(128);
    }

    @Test
    void what_an_answer_takes_is_that_of_the_forwards_that_a_session_plans() {
        BlockChoice choice = BlockChoice.of(ANSWER, auto(64, DUAL), MODEL, costs(0.3));
        // 16 blocks of a run of everything and 3 forwards of 9 rows; 4 blocks with 15 of 33 rows.
        assertThat(choice.seconds().get(8)).isCloseTo(16 * (0.3 + 3 * 0.08), within(1e-9));
        assertThat(choice.seconds().get(32)).isCloseTo(4 * (0.3 + 15 * 0.165), within(1e-9));
        assertThat(choice.commits()).isEqualTo(2);
        assertThat(choice.tokens()).isEqualTo(128);
        assertThat(choice.toString())
                .startsWith("block length 16 by measured steps: about ")
                .contains(" s for 128 tokens at 2.00 a forward (4: ", ", 8: 8.64, ", ", 32: 11.1, ");
        assertThat(choice.options()).isEqualTo(DecodeOptions.ofSteps(64).withBlocks(16, DUAL));
    }

    @Test
    void of_lengths_that_cost_about_the_same_the_longest_counts() {
        StepCosts flat =
                new StepCosts(new TreeMap<>(Map.of(9, 0.1, 33, 0.101, 65, 0.12)), new TreeMap<>(Map.of(512, 1.0)));
        assertThat(BlockChoice.of(ANSWER, never(), MODEL, flat).length()).isEqualTo(32);
    }

    @Test
    void the_same_costs_give_the_same_choice() {
        BlockChoice once = BlockChoice.of(ANSWER, never(), MODEL, costs(1));
        assertThat(BlockChoice.of(ANSWER, never(), MODEL, costs(1))).isEqualTo(once);
    }

    @Test
    void a_schedule_says_how_many_tokens_a_forward_commits_and_other_rules_two() {
        assertThat(BlockChoice.of(ANSWER, auto(128, DUAL), MODEL, costs(1)).commits())
                .isEqualTo(1);
        assertThat(BlockChoice.of(ANSWER, auto(32, DUAL), MODEL, costs(1)).commits())
                .isEqualTo(4);
        DecodeOptions threshold = auto(128, DUAL).withCommit(new ConfidenceThreshold(0.9));
        assertThat(BlockChoice.of(ANSWER, threshold, MODEL, costs(1)).commits()).isEqualTo(2);
    }

    @Test
    void only_lengths_that_the_answer_and_its_steps_can_be_cut_into_are_looked_at() {
        assertThat(BlockChoice.lengths(ANSWER, auto(128, DUAL), 4096)).containsExactly(4, 8, 16, 32, 64, 128);
        // 100 has none of the usual ones but 4.
        assertThat(BlockChoice.lengths(CanvasShape.ofCompletion(10, 100), auto(100, DUAL), 4096))
                .containsExactly(4, 5, 10, 20, 25, 50, 100);
        assertThat(BlockChoice.lengths(ANSWER, auto(4, DUAL), 4096))
                .as("four steps are no more than four blocks")
                .containsExactly(32, 64, 128);
        assertThat(BlockChoice.lengths(ANSWER, auto(128, DUAL).withGrowth(new Growth.Chunks(16)), 4096))
                .containsExactly(4, 8, 16);
        assertThat(BlockChoice.lengths(ANSWER, auto(128, DUAL).withGrowth(new Growth.Window(20)), 4096))
                .containsExactly(4, 8, 16);
        // A chunk that holds the answer is no chunk: 128 has no length of 5 or 25.
        assertThat(BlockChoice.lengths(
                        CanvasShape.ofCompletion(10, 100), auto(100, DUAL).withGrowth(new Growth.Chunks(128)), 4096))
                .containsExactly(4, 5, 10, 20, 25, 50, 100);
        CanvasShape holes = new CanvasShape(300, List.of(3, 13), false);
        assertThat(BlockChoice.lengths(holes, auto(16, DUAL), 4096)).containsExactly(4, 8, 13);
        assertThat(BlockChoice.lengths(CanvasShape.ofCompletion(10, 3), auto(3, DUAL), 4096))
                .containsExactly(3);
        assertThatThrownBy(() -> BlockChoice.lengths(ANSWER, auto(128, DUAL), 100))
                .hasMessageContaining("128 tokens are to be generated");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16})
    void every_answer_of_every_cache_and_growth_is_priced(int tokens) {
        assertEveryOnePriced(tokens);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {128, 4000})
    void every_long_answer_of_every_cache_and_growth_is_priced(int tokens) {
        assertEveryOnePriced(tokens);
    }

    private static void assertEveryOnePriced(int tokens) {
        CanvasShape completion = CanvasShape.ofCompletion(60, tokens);
        CanvasShape holes = new CanvasShape(40, List.of(tokens, 2), false);
        for (String cache : List.of("prefix", "dual")) {
            for (String refresh : List.of("block", "block=2", "every=8", "drift=0.5", "never")) {
                for (CachedRows rows : CachedRows.values()) {
                    DecodeOptions options = auto(tokens + 2, CachePolicy.of(cache, Refresh.of(refresh), rows));
                    assertPriced(holes, options);
                    DecodeOptions whole = options.withSteps(tokens).withEndTokens(Set.of(0, 1));
                    assertPriced(completion, whole);
                    assertPriced(completion, whole.withCommit(new Hierarchy(0.4, 0.9)));
                    assertPriced(completion, whole.withGrowth(new Growth.Chunks(64)));
                    assertPriced(completion, whole.withGrowth(new Growth.Window(64)));
                }
            }
        }
        assertPriced(completion, auto(tokens, CachePolicy.of("prefix")).withGrowth(Growth.RHO_EOS));
        assertPriced(
                completion, auto(tokens, DUAL).withHolePad(OptionalInt.of(0)).withEps(0.01));
    }

    private static void assertPriced(CanvasShape shape, DecodeOptions options) {
        BlockChoice choice = BlockChoice.of(shape, options, MODEL, costs(1));
        assertThat(choice.seconds().values()).allMatch(seconds -> seconds > 0);
        assertThat(choice.seconds()).containsKey(choice.length());
        shape.checkDecodable(choice.options(), 4096);
    }

    @Test
    void a_session_and_a_cache_that_is_none_refuse_what_is_not_chosen() {
        Canvas canvas = Canvas.forCompletion(new int[] {1, 2, 3}, 8, MODEL.maskId());
        assertThatThrownBy(() -> DecodeSession.open(canvas, auto(8, DUAL), MODEL))
                .hasMessageStartingWith("block length auto is chosen by an engine before a session begins");
        assertThatThrownBy(() -> auto(8, CachePolicy.NONE))
                .hasMessage("block length auto has no effect with cache none, whose steps cost the same in any blocks:"
                        + " use cache prefix or dual, or leave it out");
        assertThatThrownBy(() -> CanvasShape.of(canvas)
                        .fitted(auto(8, DUAL), Optional.of(new BlockCausal(32, BlockCausal.Border.START))))
                .hasMessage("block length auto has nothing to choose: the model was trained with blocks of 32 tokens"
                        + " and runs no others; leave it out");
    }

    @Test
    void times_lie_on_lines_between_what_was_measured() {
        StepCosts costs =
                new StepCosts(new TreeMap<>(Map.of(8, 1.0, 16, 3.0)), new TreeMap<>(Map.of(100, 10.0, 300, 30.0)));
        assertThat(costs.of(new Rehearsal.Forward(4, false))).isEqualTo(1);
        assertThat(costs.of(new Rehearsal.Forward(12, false))).isEqualTo(2);
        assertThat(costs.of(new Rehearsal.Forward(24, false))).isEqualTo(5);
        assertThat(costs.of(new Rehearsal.Forward(200, true))).isEqualTo(20);
        assertThat(costs.of(List.of(new Rehearsal.Forward(8, false), new Rehearsal.Forward(500, true))))
                .isEqualTo(51);
        StepCosts noisy = new StepCosts(new TreeMap<>(Map.of(8, 3.0, 16, 1.0)), new TreeMap<>(Map.of(100, 10.0)));
        assertThat(noisy.of(new Rehearsal.Forward(400, false))).as("never free").isEqualTo(1);
        assertThat(noisy.of(new Rehearsal.Forward(900, true))).isEqualTo(10);
    }

    @Test
    void measuring_runs_each_shape_a_few_times_and_takes_the_fastest() {
        AtomicLong nanos = new AtomicLong();
        RuleDenoiser model = RuleDenoiser.ofHash();
        model.beforeForward(plans -> {
            boolean warm = model.passes().size() > 6;
            nanos.addAndGet((warm ? 1 : 3) * millis(plans.getFirst()) * 1_000_000);
        });
        StepCosts costs = StepCosts.measure(model, nanos::get);
        assertThat(costs.cached()).isEqualTo(Map.of(9, 0.009, 17, 0.017, 33, 0.033, 65, 0.065));
        assertThat(costs.whole()).isEqualTo(Map.of(128, 0.012, 384, 0.038));
        assertThat(model.passes()).as("of some 170 ms each").hasSize(2 * 6);
        assertThat(model.openCaches()).isZero();
        assertThat(costs.toString())
                .startsWith("9 rows 9.0 ms, 17 rows 17.0 ms, ")
                .endsWith("all of 384 tokens 38.0 ms");
    }

    @Test
    void a_slow_model_is_measured_once_and_one_of_short_sequences_with_those() {
        AtomicLong nanos = new AtomicLong();
        RuleDenoiser slow = RuleDenoiser.ofHash();
        slow.beforeForward(plans -> nanos.addAndGet(100 * millis(plans.getFirst()) * 1_000_000));
        StepCosts.measure(slow, nanos::get);
        assertThat(slow.passes()).hasSize(6);

        RuleDenoiser tiny = new RuleDenoiser(10, (_, _) -> 'a');
        StepCosts costs = StepCosts.measure(tiny, System::nanoTime);
        assertThat(costs.cached()).containsOnlyKeys(9);
        assertThat(costs.whole()).containsOnlyKeys(3, 10);
        assertThatThrownBy(() -> StepCosts.measure(
                        RuleDenoiser.inBlocks(Alignment.SHIFTED, new BlockCausal(4, BlockCausal.Border.START)),
                        nanos::get))
                .hasMessage("a block-causal model has blocks of its own");
    }

    private static long millis(ForwardPlan plan) {
        int rows = plan.ids().length;
        return plan.cache() instanceof CacheAccess.Reuse ? rows : rows / 10;
    }
}
