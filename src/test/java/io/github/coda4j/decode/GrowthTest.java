package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Entropy;
import io.github.coda4j.decode.commit.MaskGitPlus;
import io.github.coda4j.decode.commit.Origin;
import io.github.coda4j.decode.commit.Selector;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A canvas that becomes as long as its answer. */
class GrowthTest {
    private static final int MASK = ByteTokenizer.MASK;
    private static final int END = ByteTokenizer.END;
    private static final int PAD = 1;
    private static final int PROMPT = 5;

    private record Outcome(int[] ids, List<StepResult> steps, DecodeSession session, RuleDenoiser model) {
        List<ForwardPlan> plans() {
            return model.passes().stream().map(List::getFirst).toList();
        }

        /** Where each forward's sequence ends. */
        List<Integer> ends() {
            return plans().stream().map(ForwardPlan::end).toList();
        }
    }

    private static DecodeOptions steps(int steps) {
        return DecodeOptions.ofSteps(steps).withEndTokens(Set.of(END));
    }

    static Stream<DecodeOptions> options() {
        DecodeOptions steps = steps(32);
        return Stream.of(
                        steps,
                        steps.withSteps(16).withCommit(new Origin()).withSampling(0.7, 0.9, 0),
                        steps.withCommit(new MaskGitPlus(0.5)).withSeed(7),
                        steps.withCommit(new ConfidenceThreshold(0.9)),
                        steps.withCommit(new ConfidenceThreshold(0.9)).withBlocks(8, CachePolicy.of("dual")),
                        steps.withBlocks(4, CachePolicy.of("prefix", 3)),
                        steps.withBlocks(8, CachePolicy.of("dual")).withBlockStart(BlockStart.COMMIT))
                .map(options -> options.withHolePad(OptionalInt.of(PAD)));
    }

    @ParameterizedTest
    @MethodSource("options")
    void with_a_chunk_of_the_ceiling_everything_is_as_without(DecodeOptions options) {
        Outcome fixed = decode(RuleDenoiser.ofHash(), 32, options);
        for (int chunk : new int[] {32, 64, 1 << 30}) {
            Outcome grown = decode(RuleDenoiser.ofHash(), 32, options.withGrowth(new Growth.Chunks(chunk)));
            assertThat(grown.ids()).isEqualTo(fixed.ids());
            assertThat(grown.steps()).isEqualTo(fixed.steps());
            assertThat(grown.ends()).isEqualTo(fixed.ends());
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void the_ceiling_does_not_show_in_an_answer_that_ends_before_it(DecodeOptions options) {
        RuleDenoiser.Rule rule = (ids, position) -> position < PROMPT + 13 ? 'a' + (position * 7) % 26 : END;
        Outcome low = decode(new RuleDenoiser(4096, rule), 32, options.withGrowth(new Growth.Chunks(8)));
        Outcome high = decode(
                new RuleDenoiser(4096, rule),
                2048,
                options.withSteps(options.steps() * 64).withGrowth(new Growth.Chunks(8)));
        assertThat(high.ids()).isEqualTo(low.ids()).hasSize(PROMPT + 16);
        assertThat(high.steps()).isEqualTo(low.steps());
        assertThat(high.session().endPosition()).hasValue(PROMPT + 13);
        assertThat(high.session().forwards()).isLessThanOrEqualTo(2 * 9 + 2);
        assertThat(high.ends()).allMatch(end -> end <= PROMPT + 16);
    }

    @Test
    void a_chunk_follows_when_the_one_before_is_full_and_has_its_share_of_the_steps() {
        Outcome outcome = decode(RuleDenoiser.ofHash(), 20, steps(10).withGrowth(new Growth.Chunks(8)));
        assertThat(outcome.ids()).hasSize(PROMPT + 20).doesNotContain(MASK);
        // 8, 8 and 4 of 20 tokens have 4, 4 and 2 of the steps.
        assertThat(outcome.ends()).containsExactly(13, 13, 13, 13, 21, 21, 21, 21, 25, 25);
        for (ForwardPlan plan : outcome.plans().subList(4, 8)) {
            assertThat(Arrays.copyOf(plan.ids(), 13))
                    .as("what a chunk holds does not change any more")
                    .isEqualTo(Arrays.copyOf(outcome.ids(), 13));
        }
    }

    @Test
    void holes_before_the_completion_are_decoded_with_its_first_chunk() {
        int[] canvas = {7, MASK, MASK, 8, MASK, MASK, MASK, MASK, MASK, MASK};
        RuleDenoiser model = RuleDenoiser.ofHash();
        Outcome outcome = decode(model, new Canvas(canvas, MASK), steps(8).withGrowth(new Growth.Chunks(3)));
        assertThat(outcome.ids()).hasSize(10).doesNotContain(MASK);
        assertThat(outcome.ends()).containsExactly(7, 7, 7, 7, 10, 10);
    }

    @Test
    void a_cache_is_as_long_as_the_canvas_and_exact_when_it_is_refreshed_every_time() {
        DecodeOptions options = steps(32).withBlocks(4, CachePolicy.NONE).withGrowth(new Growth.Chunks(8));
        int[] exact = decode(RuleDenoiser.ofHash(), 32, options).ids();
        for (String cache : List.of("prefix", "dual")) {
            RuleDenoiser model = RuleDenoiser.ofHash();
            List<Integer> lengths = new ArrayList<>();
            model.beforeCache(lengths::add);
            Outcome outcome = decode(model, 32, options.withBlocks(4, CachePolicy.of(cache, 1)));
            assertThat(outcome.ids()).isEqualTo(exact);
            assertThat(lengths).containsExactly(13, 21, 29, 37);
            assertThat(model.openCaches()).isZero();
        }
    }

    @Test
    void a_pad_that_closes_the_completion_ends_its_growth() {
        RuleDenoiser model = new RuleDenoiser(
                4096, (_, position) -> position < PROMPT + 10 ? 'x' : PAD, (_, position) -> 0.9 - position / 1e4);
        Outcome outcome =
                decode(model, 2048, steps(2048).withHolePad(OptionalInt.of(PAD)).withGrowth(new Growth.Chunks(8)));
        assertThat(outcome.ids()).hasSize(PROMPT + 16);
        assertThat(outcome.session().done()).isTrue();
        assertThat(model.passes()).hasSizeLessThanOrEqualTo(11);
    }

    @Test
    void a_completion_that_nobody_wants_any_more_does_not_grow() {
        RuleDenoiser model = RuleDenoiser.ofHash();
        Canvas canvas = Canvas.forCompletion(new int[PROMPT], 64, MASK);
        try (DecodeSession session = DecodeSession.open(canvas, steps(64).withGrowth(new Growth.Chunks(8)), model)) {
            session.apply(model.forward(List.of(session.plan())).getFirst());
            session.giveUp(new Block(PROMPT + 3, PROMPT + 64));
            assertThat(Arrays.stream(session.plan().positions())).allMatch(position -> position < PROMPT + 3);
            Decoding.run(session, model);
            assertThat(canvas.length()).isEqualTo(PROMPT + 8);
            assertThat(canvas.maskedPositions(PROMPT, PROMPT + 3)).isEmpty();
            assertThat(session.forwards()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void what_is_given_up_costs_no_forward_and_leaves_other_holes_as_they_are() {
        int[] ids = {7, MASK, MASK, MASK, MASK, MASK, MASK, 8, MASK, MASK, 9};
        RuleDenoiser model = RuleDenoiser.ofHash();
        for (DecodeOptions options : List.of(steps(8), steps(8).withBlocks(3, CachePolicy.of("dual")))) {
            Canvas canvas = new Canvas(ids, MASK);
            try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
                session.giveUp(new Block(3, 7));
                Decoding.run(session, model);
                assertThat(session.forwards()).isLessThanOrEqualTo(4);
                assertThat(canvas.maskedPositions(0, 11)).containsExactly(3, 4, 5, 6);
            }
        }
    }

    // rho-EOS

    static List<JsonNode> goldens() {
        return Goldens.cases("length/rho-eos.json");
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void rho_eos_changes_the_length_as_published(JsonNode golden) {
        JsonNode params = golden.get("params");
        Growth.RhoEos rule = new Growth.RhoEos(
                64, params.get("unit").intValue(), params.get("changes").intValue());
        assertThat(rule.next(
                        golden.get("forward").intValue(),
                        golden.get("masks").intValue(),
                        golden.get("eos_best").intValue(),
                        golden.get("length").intValue(),
                        params.get("max").intValue()))
                .isEqualTo(golden.get("new_length").intValue());
    }

    @Test
    void rho_eos_grows_while_few_masks_end_the_text_and_stops_when_enough_do() {
        // 100 tokens, then the end: at 64 masks rho is 0, at 128 about 0.22, at 144 about 0.31.
        RuleDenoiser model = endingAt(100);
        Outcome outcome = decode(model, 1024, rhoEos("none"));
        assertThat(outcome.ends().subList(0, 4)).containsExactly(69, 133, 149, 157);
        assertThat(outcome.session().endPosition()).hasValue(PROMPT + 100);
        assertThat(IntStream.range(PROMPT, PROMPT + 100).map(i -> outcome.ids()[i]))
                .containsOnly((int) 'x');
        assertThat(outcome.ids().length).isLessThan(PROMPT + 256);
    }

    @Test
    void rho_eos_cuts_a_canvas_that_is_too_long_but_no_text() {
        RuleDenoiser model = endingAt(10);
        Outcome outcome = decode(model, 1024, rhoEos("none"));
        // 53 of 63 masks end the text: two steps of a tenth above 0.6.
        assertThat(outcome.ends().subList(0, 2)).containsExactly(69, 37);
        assertThat(outcome.session().endPosition()).hasValue(PROMPT + 10);
        assertThat(outcome.ends().getLast()).isEqualTo(PROMPT + 11);
        assertThat(outcome.ids()).hasSize(PROMPT + 11);
        RuleDenoiser empty = endingAt(0);
        Outcome nothing = decode(empty, 1024, rhoEos("none"));
        assertThat(nothing.session().endPosition()).hasValue(PROMPT);
        assertThat(nothing.session().forwards()).isEqualTo(1);
    }

    @Test
    void rho_eos_fills_a_prefix_cache_anew_when_the_length_changes() {
        int[] exact = decode(endingAt(100), 1024, rhoEos("none")).ids();
        RuleDenoiser model = endingAt(100);
        Outcome cached = decode(model, 1024, rhoEos("prefix"));
        assertThat(cached.ids()).isEqualTo(exact);
        assertThat(model.openCaches()).isZero();
        assertThat(cached.session().cacheRefreshes())
                .isLessThan(cached.session().forwards());
    }

    @Test
    void rho_eos_is_over_after_its_changes_and_at_the_ceiling() {
        RuleDenoiser never = endingAt(4000);
        Outcome outcome = decode(never, 256, rhoEos("none"));
        assertThat(outcome.ids()).hasSize(PROMPT + 256);
        assertThat(outcome.ends().getLast()).isEqualTo(PROMPT + 256);
        assertThat(outcome.plans().getLast().positions()).hasSizeLessThanOrEqualTo(32);
        Outcome one = decode(endingAt(4000), 1024, rhoEos("none").withGrowth(new Growth.RhoEos(64, 8, 1)));
        assertThat(one.ids()).hasSize(PROMPT + 128);
    }

    @Test
    void rho_eos_grows_when_one_forward_fills_the_canvas_and_nothing_has_ended_the_text() {
        DecodeOptions prophet = steps(1024)
                .withCommit(CommitPolicies.of("prophet", Map.of()))
                .withBlocks(8, CachePolicy.NONE)
                .withGrowth(new Growth.RhoEos(8, 8, 64));
        for (int length : new int[] {0, 7, 8, 20, 100}) {
            RuleDenoiser sure = new RuleDenoiser(
                    4096, (_, position) -> position < PROMPT + length ? 'x' : END, (_, position) -> 0.9999);
            Outcome outcome = decode(sure, 1024, prophet);
            assertThat(outcome.session().endPosition()).as("%d tokens", length).hasValue(PROMPT + length);
            assertThat(outcome.ids().length).isLessThan(PROMPT + length + 128);
        }
        RuleDenoiser never = new RuleDenoiser(4096, (_, _) -> 'x', (_, _) -> 0.9999);
        assertThat(decode(never, 96, prophet).ids()).hasSize(PROMPT + 96).doesNotContain(MASK);
        Outcome stopped = decode(never, 96, prophet.withGrowth(new Growth.RhoEos(8, 8, 0)));
        assertThat(stopped.ids()).as("the length stays after the changes").hasSize(PROMPT + 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"entropy", "confidence_threshold", "prophet", "multi_block", "klass", "credit"})
    void rho_eos_fills_a_block_in_which_the_canvas_ended_and_was_full(String alg) {
        DecodeOptions options = steps(64)
                .withCommit(CommitPolicies.of(alg, Map.of()))
                .withBlocks(32, CachePolicy.NONE)
                .withGrowth(new Growth.RhoEos(3, 1, 64));
        RuleDenoiser never = new RuleDenoiser(4096, (_, _) -> 'x', (_, _) -> 0.9999);
        Outcome outcome = decode(never, 64, options);
        assertThat(outcome.ids()).hasSize(PROMPT + 64).doesNotContain(MASK);
        assertThat(outcome.steps())
                .as("a block's steps, and a share for each time it is entered again")
                .hasSizeLessThanOrEqualTo(3 * 64);
    }

    @Test
    void a_policy_sees_the_canvas_as_long_as_it_is_while_it_grows_in_a_block() {
        List<Integer> told = new ArrayList<>();
        CommitPolicy curious = new CommitPolicy() {
            @Override
            public String name() {
                return "curious";
            }

            @Override
            public Selector selector(BlockContext block) {
                return (_, _) -> {
                    told.add(block.canvasLength());
                    return new int[] {0};
                };
            }
        };
        Outcome outcome = decode(endingAt(100), 1024, rhoEos("none").withCommit(curious));
        assertThat(outcome.ends().subList(0, 4)).containsExactly(69, 133, 149, 157);
        assertThat(told).isEqualTo(outcome.ends());
    }

    // What does not go together

    @Test
    void refuses_by_name_what_does_not_go_together() {
        Growth chunks = new Growth.Chunks(8);
        refuses(() -> steps(8).withGrowth(chunks).withMaskCandidates(MaskCandidates.ALLOW), "mask candidates allow");
        refuses(
                () -> steps(8).withGrowth(chunks).withBlocks(3, CachePolicy.NONE),
                "a canvas in blocks of 3 cannot grow by 8 tokens: use a multiple of the block length");
        refuses(() -> steps(8).withGrowth(Growth.RHO_EOS), "grow rho-eos needs a block length");
        refuses(() -> rhoEos("dual"), "cache dual runs a block alone");
        refuses(() -> rhoEos("prefix").withBlockStart(BlockStart.COMMIT), "does not go with block start commit");
        refuses(() -> new Growth.Chunks(0), "a canvas grows by at least 1 token, got 0");
        refuses(() -> Growth.of("many"), "a number of tokens, rho-eos or none, got 'many'");
        refuses(() -> new Growth.RhoEos(0, 8, 64), "at least 1 mask, got 0");
        refuses(() -> new Growth.RhoEos(64, 0, 64), "at least 1 token, got 0");
        refuses(() -> new Growth.RhoEos(64, 8, 64).next(1, 4, 5, 64, 128), "5 of 4 masks cannot end the text");
        assertThat(Stream.of("none", "64", "rho-eos").map(Growth::of).map(Growth::toString))
                .containsExactly("none", "64", "rho-eos");
    }

    @Test
    void refuses_growth_that_has_no_completion_and_steps_that_chunks_cannot_share() {
        DecodeOptions options = steps(3).withGrowth(new Growth.Chunks(8));
        assertThatThrownBy(() -> new CanvasShape(4, List.of(8), false).checkDecodable(options, 100))
                .isInstanceOf(WrongValueException.class)
                .hasMessage("grow 8 has no effect: no hole is at the end of the text; leave it out");
        assertThatThrownBy(() -> CanvasShape.ofCompletion(4, 32).checkDecodable(options, 100))
                .isInstanceOf(WrongValueException.class)
                .hasMessage("3 steps do not divide over 4 chunks of 8 tokens: use 4 steps or more, or larger chunks");
        CanvasShape.ofCompletion(4, 24).checkDecodable(options, 100);
        CanvasShape.ofCompletion(4, 32)
                .checkDecodable(steps(3).withCommit(new Entropy(0)).withGrowth(Growth.NONE), 100);
    }

    private static void refuses(Runnable refused, String message) {
        assertThatThrownBy(refused::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static DecodeOptions rhoEos(String cache) {
        return steps(1024)
                .withCommit(new ConfidenceThreshold(0.9))
                .withBlocks(32, CachePolicy.of(cache))
                .withGrowth(Growth.RHO_EOS);
    }

    /** Says so many letters and then the end, one token a forward from the left. */
    private static RuleDenoiser endingAt(int length) {
        return new RuleDenoiser(
                4096, (_, position) -> position < PROMPT + length ? 'x' : END, (_, position) -> 0.8 - position / 1e4);
    }

    private static Outcome decode(RuleDenoiser model, int ceiling, DecodeOptions options) {
        int[] prompt = IntStream.range(0, PROMPT).map(i -> 'p' + i).toArray();
        return decode(model, Canvas.forCompletion(prompt, ceiling, MASK), options);
    }

    private static Outcome decode(RuleDenoiser model, Canvas canvas, DecodeOptions options) {
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            List<StepResult> steps = Decoding.run(session, model);
            return new Outcome(canvas.ids(), steps, session, model);
        }
    }
}
