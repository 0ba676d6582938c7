package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Entropy;
import io.github.coda4j.decode.commit.Need;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.testkit.ReferenceTransformer;
import io.github.coda4j.testkit.ScriptedDenoiser;
import io.github.coda4j.testkit.ScriptedDenoiser.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pad closes its hole: what is committed, what it costs, and what happens to tokens that stand in the way. */
class HolePadsTest {
    private static final int MASK = 0;
    private static final int PAD = 1;
    private static final int END = 2;
    private static final int GIVEN = 9;

    private record Outcome(int[] ids, List<StepResult> steps, int forwards, List<ForwardPlan> plans) {
        /** Of the step of a forward. */
        List<Commit> commits(int forward) {
            return steps.stream()
                    .filter(StepResult::forward)
                    .toList()
                    .get(forward)
                    .commits();
        }

        List<Integer> committed(int forward) {
            return commits(forward).stream().map(Commit::position).toList();
        }
    }

    @Test
    void a_pad_closes_the_rest_of_its_hole_without_a_forward_and_no_other_hole() {
        // 9 m m m m m 9 m m 9: the first hole has one token, the second two.
        int[] canvas = canvas(1, 5, 1, 2, 1);
        Outcome outcome =
                decode(canvas, steps(7), (_, position) -> position == 2 ? pad(0.8) : token(position, position / 100.0));
        assertThat(outcome.ids()).containsExactly(9, 101, PAD, PAD, PAD, PAD, 9, 107, 108, 9);
        assertThat(outcome.committed(0)).containsExactly(2, 3, 4, 5);
        assertThat(outcome.commits(0))
                .as("what follows from the pad that closes the hole is certain")
                .allSatisfy(commit -> {
                    assertThat(commit.token()).isEqualTo(PAD);
                    assertThat(commit.probability()).isEqualTo(commit.position() == 2 ? 0.8f : 1);
                    assertThat(commit.confidence()).isEqualTo(0.8f - 1);
                });
        assertThat(outcome.forwards())
                .as("one for the pad, and the schedule takes the last two tokens together")
                .isEqualTo(3);
    }

    @Test
    void sure_pads_to_the_left_close_with_it_and_less_sure_ones_wait() {
        // The surest pad is the last one, as it is whenever a model counts.
        double[] sure = {0, 0.3, 0.4, 0.49, 0.5, 0.6, 0.99};
        Outcome outcome = decode(
                canvas(1, 6),
                steps(6),
                (_, position) -> position > 2 ? pad(sure[position]) : token(position, sure[position]));
        assertThat(outcome.committed(0)).containsExactly(4, 5, 6);
        assertThat(outcome.commits(0).stream().map(Commit::probability))
                .as("the one that closes, and what follows from it")
                .containsExactly(0.5f, 1f, 1f);
        assertThat(outcome.ids()).containsExactly(9, 101, 102, PAD, PAD, PAD, PAD);
        assertThat(outcome.forwards()).isEqualTo(3);
    }

    @Test
    void a_pad_is_not_committed_left_of_a_token_but_asked_again() {
        // Position 4 is committed first, then 2 says pad: from then on pads are left out there.
        List<List<Integer>> filtered = new ArrayList<>();
        Outcome outcome = decodeFiltered(canvas(1, 4), steps(4), (forward, position, allowsPad) -> {
            if (!allowsPad) {
                filtered.add(List.of(forward, position));
            }
            return switch (position) {
                case 4 -> token(4, 0.95);
                case 2 -> allowsPad ? pad(0.9) : token(2, 0.4);
                default -> token(position, 0.1 * position);
            };
        });
        assertThat(outcome.ids()).containsExactly(9, 101, 102, 103, 104);
        assertThat(filtered).contains(List.of(1, 2));
        assertThat(outcome.plans().get(1).filters())
                .as("nobody had proposed a pad before a token yet, but a pad was proposed in the first forward")
                .isNotEmpty();
    }

    @Test
    void of_a_pad_and_a_token_behind_it_in_one_step_the_more_probable_counts() {
        CommitPolicy all = new ConfidenceThreshold(0);
        DecodeOptions inBlocks =
                DecodeOptions.ofSteps(4).withBlocks(4, CachePolicy.NONE).withCommit(all);
        Outcome padWins =
                decode(canvas(1, 4), inBlocks, (_, position) -> position == 2 ? pad(0.7) : token(position, 0.6));
        assertThat(padWins.ids()).containsExactly(9, 101, PAD, PAD, PAD);
        assertThat(padWins.forwards()).isEqualTo(1);

        Outcome tokenWins = decodeFiltered(
                canvas(1, 4),
                inBlocks,
                (_, position, allowsPad) -> position == 2 && allowsPad ? pad(0.6) : token(position, 0.7));
        assertThat(tokenWins.ids()).containsExactly(9, 101, 102, 103, 104);
        assertThat(tokenWins.committed(0)).containsExactly(1, 3, 4);
        assertThat(tokenWins.committed(1)).containsExactly(2);
    }

    @Test
    void of_several_pads_in_one_step_the_leftmost_that_may_closes() {
        DecodeOptions all =
                DecodeOptions.ofSteps(8).withBlocks(8, CachePolicy.NONE).withCommit(new ConfidenceThreshold(0));
        // Pads at 2 (weaker than the token at 4), 5 and 7.
        Outcome outcome = decodeFiltered(canvas(1, 8), all, (_, position, allowsPad) -> switch (position) {
            case 2 -> allowsPad ? pad(0.5) : token(2, 0.5);
            case 5 -> pad(0.6);
            case 7 -> pad(0.55);
            case 8 -> token(8, 0.58);
            default -> token(position, 0.55);
        });
        assertThat(outcome.committed(0)).containsExactly(1, 3, 4, 5, 6, 7, 8);
        assertThat(outcome.ids()).containsExactly(9, 101, 102, 103, 104, PAD, PAD, PAD, PAD);
    }

    @Test
    void a_pad_that_is_put_off_in_the_last_step_stands_alone_and_is_told() {
        Outcome outcome =
                decode(canvas(1, 3), steps(1), (_, position) -> position == 2 ? pad(0.5) : token(position, 0.6));
        assertThat(outcome.ids()).containsExactly(9, 101, PAD, 103);
        assertThat(outcome.steps()).hasSize(2);
        assertThat(outcome.steps().get(1).forward()).isFalse();
        assertThat(outcome.steps().get(1).step()).isEqualTo(1);
        assertThat(outcome.steps().get(1).commits()).containsExactly(new Commit(1, 2, PAD, -0.5f, 0.5f));
        assertThat(outcome.forwards()).isEqualTo(1);
    }

    @Test
    void a_policy_without_steps_goes_on_where_all_it_chose_was_put_off() {
        // Forward 0 commits 3 alone, forward 1 proposes a pad for 2 for the first time, forward 2 a token.
        DecodeOptions options =
                DecodeOptions.ofSteps(3).withBlocks(3, CachePolicy.NONE).withCommit(new ConfidenceThreshold(1));
        Outcome outcome = decodeFiltered(canvas(1, 3), options, (forward, position, allowsPad) -> switch (position) {
            case 3 -> token(3, 0.9);
            case 2 -> forward == 1 && allowsPad ? pad(0.8) : token(2, 0.5);
            default -> token(position, 0.1);
        });
        assertThat(outcome.ids()).containsExactly(9, 101, 102, 103);
        assertThat(outcome.commits(1)).isEmpty();
        assertThat(outcome.forwards()).isEqualTo(4);
    }

    @Test
    void later_blocks_of_a_closed_hole_cost_nothing_and_blocks_of_other_holes_are_decoded() {
        for (CachePolicy cache : List.of(CachePolicy.NONE, new CachePolicy.Prefix(0), new CachePolicy.Dual(0))) {
            for (BlockStart start : BlockStart.values()) {
                if (cache.equals(CachePolicy.NONE) && start == BlockStart.COMMIT) {
                    continue;
                }
                DecodeOptions options =
                        DecodeOptions.ofSteps(14).withBlocks(2, cache).withBlockStart(start);
                // A hole of 10 (positions 1 to 10) whose answer has three tokens, a given token, a hole of 4.
                Outcome outcome = decode(
                        canvas(1, 10, 1, 4),
                        options,
                        (_, position) -> position > 3 && position < 11 ? pad(0.5) : token(position, 0.6));
                assertThat(outcome.ids())
                        .as("%s %s", cache, start)
                        .containsExactly(9, 101, 102, 103, PAD, PAD, PAD, PAD, PAD, PAD, PAD, 9, 112, 113, 114, 115);
                assertThat(outcome.plans())
                        .as("no forward asks for a closed position")
                        .allSatisfy(plan -> assertThat(plan.positions()).doesNotContain(5, 6, 7, 8, 9, 10));
            }
        }
    }

    @Test
    void holes_that_one_token_parts_close_each_for_itself() {
        Outcome outcome = decode(
                canvas(1, 3, 1, 3, 1, 3),
                steps(9),
                (_, position) -> position == 2 || position == 5 ? pad(0.9) : token(position, position / 100.0));
        assertThat(outcome.ids()).containsExactly(9, 101, PAD, PAD, 9, PAD, PAD, PAD, 9, 109, 110, 111);
    }

    @Test
    void a_completion_may_end_by_a_pad_or_by_its_end_token_whichever_comes_first() {
        DecodeOptions options = steps(6).withEndTokens(Set.of(END));
        Outcome padFirst =
                decode(canvas(2, 6), options, (_, position) -> position >= 4 ? pad(0.8) : token(position, 0.5));
        assertThat(padFirst.ids()).containsExactly(9, 9, 102, 103, PAD, PAD, PAD, PAD);
        // End tokens from 6 on were committed first; a pad before them is no contradiction.
        Outcome both = decode(
                canvas(2, 6),
                options,
                (_, position) ->
                        position >= 6 ? new Answer(END, 0.95) : position >= 4 ? pad(0.8) : token(position, 0.5));
        assertThat(both.ids()).containsExactly(9, 9, 102, 103, PAD, PAD, END, END);
        assertThat(both.committed(2)).containsExactly(4, 5);
    }

    @Test
    void a_pad_as_probable_as_a_token_behind_it_is_put_off() {
        DecodeOptions all =
                DecodeOptions.ofSteps(2).withBlocks(2, CachePolicy.NONE).withCommit(new ConfidenceThreshold(0));
        Outcome outcome = decodeFiltered(
                canvas(1, 2),
                all,
                (_, position, allowsPad) -> position == 1 && allowsPad ? pad(0.6) : token(position, 0.6));
        assertThat(outcome.ids()).containsExactly(9, 101, 102);
    }

    @Test
    void a_model_that_says_the_mask_after_a_pad_was_put_off_still_comes_to_an_end() {
        DecodeOptions options = DecodeOptions.ofSteps(3)
                .withBlocks(3, CachePolicy.NONE)
                .withCommit(new ConfidenceThreshold(1))
                .withMaskCandidates(MaskCandidates.ALLOW);
        Outcome outcome = decode(canvas(1, 3), options, (forward, position) -> switch (forward) {
            case 0 -> position == 3 ? token(3, 0.9) : token(position, 0.1);
            case 1 -> position == 2 ? pad(0.8) : token(position, 0.1);
            default -> new Answer(MASK, 0.5);
        });
        assertThat(outcome.ids()).containsExactly(9, MASK, MASK, 103);
        assertThat(outcome.forwards()).isEqualTo(3);
    }

    @Test
    void nothing_is_left_out_of_any_plan_until_a_pad_is_proposed() {
        Outcome outcome =
                decode(canvas(1, 6, 1, 3, 1), steps(9), (_, position) -> token(position, (position * 7 % 11) / 11.0));
        assertThat(outcome.plans())
                .hasSizeGreaterThan(5)
                .allSatisfy(plan -> assertThat(plan.filters()).isEmpty());
    }

    static Stream<CommitPolicy> policies() {
        return CommitPolicies.BUILT_IN.stream().map(factory -> CommitPolicies.create(factory, Map.of()));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void every_policy_and_cache_gives_the_answer_and_the_pads_behind_it(CommitPolicy policy) {
        int[] lengths = {3, 0, 5}; // of the answers in holes of 8, 4 and 5
        int[] canvas = canvas(1, 8, 1, 4, 1, 5, 1);
        int[] expected = canvas.clone();
        int[] starts = {1, 10, 15};
        int[] ends = {9, 14, 20};
        for (int hole = 0; hole < 3; hole++) {
            for (int i = starts[hole]; i < ends[hole]; i++) {
                expected[i] = i < starts[hole] + lengths[hole] ? 100 + i : PAD;
            }
        }
        for (DecodeOptions shape : List.of(
                steps(17),
                steps(5),
                steps(17).withBlocks(3, CachePolicy.NONE),
                steps(17).withBlocks(3, new CachePolicy.Prefix(0)),
                steps(17).withBlocks(4, new CachePolicy.Dual(2)),
                steps(17).withBlocks(4, new CachePolicy.Dual(0)).withBlockStart(BlockStart.COMMIT))) {
            if (isRefused(shape, policy)) {
                continue;
            }
            Outcome outcome = decode(
                    canvas,
                    shape.withCommit(policy).withSeed(5),
                    (_, position) -> expected[position] == PAD ? pad(0.95) : token(position, 0.6));
            assertThat(outcome.ids()).as("%s %s", policy.name(), shape).isEqualTo(expected);
            assertToldTruthfully(canvas, outcome);
            assertThat(outcome.forwards())
                    .as("forwards of %s %s", policy.name(), shape)
                    .isLessThanOrEqualTo(8 + 3 + 7);
        }
    }

    private static boolean isRefused(DecodeOptions shape, CommitPolicy policy) {
        return shape.blockLength().isEmpty() && policy.needs().contains(Need.BLOCKS)
                || shape.blockStart() == BlockStart.COMMIT && policy.needsProposedStarts();
    }

    /**
     * Every position is committed once unless it was masked again, in ascending order within a step, and the steps make
     * up the canvas.
     */
    private static void assertToldTruthfully(int[] canvas, Outcome outcome) {
        int[] told = canvas.clone();
        int number = 0;
        for (StepResult step : outcome.steps()) {
            assertThat(step.step()).isEqualTo(number++);
            assertThat(step.commits().stream().map(Commit::position)).isSorted();
            for (Commit commit : step.commits()) {
                assertThat(told[commit.position()]).isEqualTo(MASK);
                assertThat(commit.step()).isEqualTo(step.step());
                told[commit.position()] = commit.token();
            }
            step.revoked().forEach(position -> told[position] = MASK);
        }
        assertThat(told).isEqualTo(outcome.ids());
        assertThat(outcome.steps().stream().filter(StepResult::forward)).hasSize(outcome.forwards());
    }

    @Tag("slow")
    @Test
    void a_model_that_never_proposes_the_pad_decodes_to_the_bit_as_if_there_were_none() {
        Denoiser model = ReferenceTransformer.golden("e-peaked");
        int[] prompt = {5, 6, 7, model.maskId(), model.maskId(), model.maskId(), 11, 12};
        for (DecodeOptions options : List.of(
                DecodeOptions.ofSteps(19),
                DecodeOptions.ofSteps(12).withBlocks(8, new CachePolicy.Dual(0)),
                DecodeOptions.ofSteps(19).withSampling(0.8, 0.95, 0).withSeed(4))) {
            List<StepResult> without = decodeWith(model, prompt, options);
            Set<Integer> committed = new TreeSet<>();
            without.forEach(step -> step.commits().forEach(commit -> committed.add(commit.token())));
            int never = IntStream.range(20, 200)
                    .filter(id -> !committed.contains(id) && !proposes(model, prompt, options, id))
                    .findFirst()
                    .orElseThrow();
            assertThat(decodeWith(model, prompt, options.withHolePad(OptionalInt.of(never))))
                    .isEqualTo(without);
        }
    }

    private static boolean proposes(Denoiser model, int[] prompt, DecodeOptions options, int id) {
        boolean[] proposed = {false};
        Canvas canvas = Canvas.forCompletion(prompt, 16, model.maskId());
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            while (!session.done()) {
                Proposals proposals = model.forward(List.of(session.plan())).getFirst();
                proposed[0] |= Arrays.stream(proposals.tokens()).anyMatch(token -> token == id);
                session.apply(proposals);
            }
        }
        return proposed[0];
    }

    private static List<StepResult> decodeWith(Denoiser model, int[] prompt, DecodeOptions options) {
        Canvas canvas = Canvas.forCompletion(prompt, 16, model.maskId());
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            return Decoding.run(session, model);
        }
    }

    @Test
    void a_pad_that_cannot_be_one_is_refused() {
        assertThatThrownBy(() -> steps(1).withHolePad(OptionalInt.of(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the pad of holes must be a token id, got -1");
        assertThatThrownBy(() -> decode(canvas(1, 1), steps(1).withHolePad(OptionalInt.of(MASK)), (_, p) -> pad(1)))
                .hasMessage("the pad of holes is the mask, 0: it must be another token");
        assertThatThrownBy(() -> decode(canvas(1, 1), steps(1).withHolePad(OptionalInt.of(300)), (_, p) -> pad(1)))
                .hasMessage("the pad of holes is 300, the model's vocabulary has 300 tokens");
    }

    private static DecodeOptions steps(int steps) {
        return DecodeOptions.ofSteps(steps).withCommit(new Entropy(0)).withHolePad(OptionalInt.of(PAD));
    }

    private static Answer pad(double confidence) {
        return new Answer(PAD, confidence);
    }

    private static Answer token(int position, double confidence) {
        return new Answer(100 + position, confidence);
    }

    /** Given tokens and masks in turn, so many of each. */
    private static int[] canvas(int... runs) {
        return IntStream.range(0, runs.length)
                .flatMap(
                        i -> IntStream.generate(() -> i % 2 == 0 ? GIVEN : MASK).limit(runs[i]))
                .toArray();
    }

    private static Outcome decode(int[] canvas, DecodeOptions options, ScriptedDenoiser.Script script) {
        return run(canvas, options, new ScriptedDenoiser(300, MASK, script));
    }

    /** What is proposed at a forward for a position, where the plan may leave the pad out. */
    @FunctionalInterface
    private interface FilteredScript {
        Answer answer(int forward, int position, boolean allowsPad);
    }

    private static Outcome decodeFiltered(int[] canvas, DecodeOptions options, FilteredScript script) {
        ForwardPlan[] asked = new ForwardPlan[1];
        ScriptedDenoiser denoiser = new ScriptedDenoiser(300, MASK, (forward, position) -> {
            int index = Arrays.binarySearch(asked[0].positions(), position);
            return script.answer(forward, position, asked[0].filter(index).allows(PAD));
        });
        denoiser.beforeForward(plan -> asked[0] = plan);
        return run(canvas, options, denoiser);
    }

    private static Outcome run(int[] ids, DecodeOptions options, ScriptedDenoiser denoiser) {
        Canvas canvas = new Canvas(ids, MASK);
        DecodeOptions closing = options.holePad().isPresent() ? options : options.withHolePad(OptionalInt.of(PAD));
        try (DecodeSession session = DecodeSession.open(canvas, closing, denoiser)) {
            List<StepResult> steps = Decoding.run(session, denoiser);
            assertThat(denoiser.openCaches()).isLessThanOrEqualTo(1);
            return new Outcome(canvas.ids(), steps, session.forwards(), denoiser.plans());
        }
    }
}
