package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.Credit;
import io.github.coda4j.decode.commit.Klass;
import io.github.coda4j.decode.commit.P2;
import io.github.coda4j.decode.commit.Saber;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ScriptedDenoiser;
import io.github.coda4j.testkit.ScriptedDenoiser.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What policies are told beside a forward's proposals, as the session asks for it. */
class RememberingPolicyTest {
    private static final int MASK = 0;
    private static final int END = 2;

    @Test
    void distributions_of_a_full_forward_and_a_cached_one_are_not_compared() {
        // The model says the same in every forward: it is stable as soon as two forwards may be compared.
        ScriptedDenoiser.Script constant = (forward, position) -> new Answer(100 + position, 0.95);
        Klass klass = new Klass(0.9, 0.01, 1);
        assertThat(forwards(constant, blocks(CachePolicy.NONE).withCommit(klass)))
                .as("the second forward commits all that the first one left")
                .isEqualTo(2);
        assertThat(forwards(constant, blocks(new CachePolicy.Dual(0)).withCommit(klass)))
                .as("the second forward is the first cached one")
                .isEqualTo(3);
        assertThat(forwards(constant, blocks(new CachePolicy.Dual(2)).withCommit(klass)))
                .as("no forward is like the one before")
                .isEqualTo(6);
        assertThat(forwards(constant, blocks(new CachePolicy.Dual(1)).withCommit(klass)))
                .isEqualTo(2);
    }

    @Test
    void credits_are_asked_for_and_make_the_token_that_was_long_the_best_win() {
        // Position 1 says 50 twice, then 51 by a hair; the others never get far enough.
        ScriptedDenoiser.Script script = (forward, position) ->
                position == 1 ? new Answer(forward < 3 ? 50 : 51, 0.501) : new Answer(9 + position, 0.6);
        ScriptedDenoiser denoiser = new ScriptedDenoiser(53, MASK, script);
        Canvas canvas = Canvas.forCompletion(new int[] {5}, 6, MASK);
        DecodeOptions options = blocks(CachePolicy.NONE)
                .withCommit(new Credit(0.7, 1, 0.2, 0.99))
                .withLogprobs(OptionalInt.of(0));
        List<Commit> commits = new ArrayList<>();
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            Decoding.run(session, denoiser).forEach(step -> commits.addAll(step.commits()));
        }
        List<ForwardPlan> plans = denoiser.plans();
        assertThat(plans.getFirst().details().orElseThrow().tokens()).isEmpty();
        assertThat(plans.get(1).details().orElseThrow().tokens()).containsEntry(1, List.of(50));
        assertThat(plans.getLast().details().orElseThrow().tokens()).containsEntry(1, List.of(50, 51));
        Commit last = commits.getLast();
        assertThat(last.position()).isEqualTo(1);
        assertThat(last.token()).isEqualTo(canvas.id(1));
        assertThat(last.logprobs().orElseThrow().own()).isLessThan(0);
    }

    @Test
    void a_revising_policy_watches_the_block_s_own_tokens_and_never_what_was_given() {
        ScriptedDenoiser denoiser = new ScriptedDenoiser(
                300,
                MASK,
                (forward, position) -> new Answer(100 + position, (1 + (position * 5 + forward * 3) % 9) / 10.0));
        Canvas canvas = new Canvas(new int[] {7, MASK, MASK, MASK, 8, MASK, MASK, MASK, MASK}, MASK);
        List<Integer> settled = new ArrayList<>();
        boolean revoked = false;
        try (DecodeSession session =
                DecodeSession.open(canvas, DecodeOptions.ofSteps(7).withCommit(new Saber()), denoiser)) {
            while (!session.done()) {
                settled.add(session.settledEnd());
                for (StepResult step :
                        session.apply(denoiser.forward(List.of(session.plan())).getFirst())) {
                    revoked |= !step.revoked().isEmpty();
                }
            }
            settled.add(session.settledEnd());
        }
        assertThat(revoked).isTrue();
        assertThat(settled).endsWith(0, 9).doesNotContain(8);
        assertThat(canvas.ids()).containsExactly(7, 101, 102, 103, 8, 105, 106, 107, 108);
        assertThat(denoiser.plans().getFirst().details()).isEqualTo(Optional.empty());
        assertThat(denoiser.plans().get(1).positions()).contains(1, 2, 3).doesNotContain(0, 4);
        assertThat(denoiser.plans().get(1).details().orElseThrow().canvasToken())
                .isTrue();
    }

    @Test
    void an_end_token_that_is_masked_again_ends_nothing() {
        // The end is the first token to be committed, and turns out to be improbable before what is left of it is
        // there.
        ScriptedDenoiser denoiser = new ScriptedDenoiser(300, MASK, (forward, position) -> {
            boolean end = position == 3 && forward == 0;
            return new Answer(end ? END : 100 + position, end ? 0.9 : position == 3 ? 0.1 : 0.2 + position / 100.0);
        });
        Canvas canvas = Canvas.forCompletion(new int[] {7}, 6, MASK);
        DecodeOptions options = DecodeOptions.ofSteps(3).withCommit(new P2()).withEndTokens(Set.of(END));
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            List<StepResult> steps = Decoding.run(session, denoiser);
            assertThat(steps).hasSize(3);
            assertThat(steps.get(0).commits().stream().map(Commit::token)).contains(END);
            assertThat(steps.get(1).revoked()).contains(3);
            assertThat(session.endPosition()).isEmpty();
        }
        assertThat(canvas.ids()).containsExactly(7, 101, 102, 103, 104, 105, 106);
    }

    @Test
    void an_end_token_behind_an_open_hole_may_still_be_masked_again() {
        DecodeOptions options = DecodeOptions.ofSteps(3).withCommit(new P2()).withEndTokens(Set.of(END));
        Outcome revoked = withHole(2, 0.1, options);
        assertThat(revoked.ids()).containsExactly(7, 101, 102, 103, 8, 105, 106);
        assertThat(revoked.end()).isEmpty();
        Outcome kept = withHole(2, 0.9, options);
        assertThat(kept.ids()).startsWith(7, 101, 102, 103, 8, END);
        assertThat(kept.end()).hasValue(5);
    }

    @Test
    void a_completion_grows_behind_an_end_token_that_was_masked_again() {
        DecodeOptions options = DecodeOptions.ofSteps(5)
                .withCommit(new P2())
                .withEndTokens(Set.of(END))
                .withGrowth(new Growth.Chunks(2));
        Outcome revoked = withHole(4, 0.1, options);
        assertThat(revoked.ids()).containsExactly(7, 101, 102, 103, 8, 105, 106, 107, 108);
        assertThat(revoked.end()).isEmpty();
        Outcome kept = withHole(4, 0.9, options);
        assertThat(kept.ids()).hasSize(7).startsWith(7, 101, 102, 103, 8, END);
        assertThat(kept.end()).hasValue(5);
    }

    private record Outcome(int[] ids, OptionalInt end) {}

    /**
     * A hole of three and a completion, whose first token is an end token in the first forward and surest of all.
     *
     * @param later how sure the model is of it afterwards; where it is not, another token is there
     */
    private static Outcome withHole(int tail, double later, DecodeOptions options) {
        ScriptedDenoiser denoiser = new ScriptedDenoiser(300, MASK, (forward, position) -> {
            if (position == 5) {
                return new Answer(forward == 0 || later > 0.5 ? END : 105, forward == 0 ? 0.9 : later);
            }
            return new Answer(100 + position, position == 1 ? 0.8 : 0.2 + position / 100.0);
        });
        int[] ids = new int[5 + tail];
        Arrays.fill(ids, MASK);
        ids[0] = 7;
        ids[4] = 8;
        Canvas canvas = new Canvas(ids, MASK);
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            Decoding.run(session, denoiser);
            return new Outcome(canvas.ids(), session.endPosition());
        }
    }

    @Test
    void a_policy_that_asks_for_nothing_is_told_nothing_more() {
        ScriptedDenoiser denoiser =
                new ScriptedDenoiser(300, MASK, (forward, position) -> new Answer(100 + position, 0.5));
        for (String name : List.of("confidence_threshold", "hierarchy", "less_light")) {
            forwards(denoiser, blocks(CachePolicy.NONE).withCommit(CommitPolicies.of(name, Map.of())));
        }
        assertThat(denoiser.plans())
                .isNotEmpty()
                .allMatch(plan -> plan.details().isEmpty());
    }

    private static DecodeOptions blocks(CachePolicy cache) {
        return DecodeOptions.ofSteps(6).withBlocks(6, cache);
    }

    private static int forwards(ScriptedDenoiser.Script script, DecodeOptions options) {
        return forwards(new ScriptedDenoiser(300, MASK, script), options);
    }

    private static int forwards(ScriptedDenoiser denoiser, DecodeOptions options) {
        try (DecodeSession session =
                DecodeSession.open(Canvas.forCompletion(new int[] {5}, 6, MASK), options, denoiser)) {
            Decoding.run(session, denoiser);
            return session.forwards();
        }
    }
}
