package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ScriptedDenoiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every commit policy promises, under every cache policy, on canvases with holes. */
class CommitPolicyContractTest {
    private static final int MASK = 0;
    private static final int VOCABULARY = 50;
    private static final int[] PROMPT = {7, MASK, MASK, MASK, 9, 8, MASK, 4};
    private static final int NUM_NEW = 12;
    private static final int STEPS = 20;

    private record Outcome(int[] ids, List<StepResult> steps, List<ForwardPlan> plans, int openCaches) {}

    static Stream<DecodeOptions> everyOption() {
        List<CommitPolicy> policies = List.of(
                new CommitPolicy.Origin(),
                new CommitPolicy.MaskGitPlus(0),
                new CommitPolicy.MaskGitPlus(0.3),
                new CommitPolicy.TopKMargin(0),
                new CommitPolicy.TopKMargin(0.3),
                new CommitPolicy.Entropy(0),
                new CommitPolicy.Entropy(0.3),
                new CommitPolicy.ConfidenceThreshold(0.9),
                new CommitPolicy.ConfidenceThreshold(1));
        List<DecodeOptions> shapes = List.of(
                DecodeOptions.ofSteps(STEPS),
                DecodeOptions.ofSteps(STEPS).withBlocks(4, CachePolicy.NONE),
                DecodeOptions.ofSteps(STEPS).withBlocks(2, new CachePolicy.Prefix(0)),
                DecodeOptions.ofSteps(STEPS).withBlocks(4, new CachePolicy.Dual(2)));
        return shapes.stream()
                .flatMap(shape ->
                        policies.stream().map(policy -> shape.withCommit(policy).withSeed(17)));
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void fills_all_masks_with_at_least_one_commit_per_forward(DecodeOptions options) {
        Outcome outcome = decode(options);

        assertThat(outcome.ids()).doesNotContain(MASK).startsWith(7).hasSize(PROMPT.length + NUM_NEW);
        for (StepResult step : outcome.steps()) {
            assertThat(step.commits().isEmpty()).as("step %s", step).isEqualTo(!step.forward());
        }
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void commits_only_masks_and_only_tokens_and_only_inside_the_active_block(DecodeOptions options) {
        Outcome outcome = decode(options);

        Layout layout = Layout.of(Canvas.forCompletion(PROMPT, NUM_NEW, MASK), options);
        int[] ids = Arrays.copyOf(PROMPT, PROMPT.length + NUM_NEW);
        int active = 0;
        for (StepResult step : outcome.steps()) {
            for (Commit commit : step.commits()) {
                while (!layout.blocks().get(active).contains(commit.position())) {
                    var left = layout.blocks().get(active++);
                    assertThat(Arrays.copyOfRange(ids, left.start(), left.end()))
                            .doesNotContain(MASK);
                }
                assertThat(ids[commit.position()]).isEqualTo(MASK);
                assertThat(commit.token()).isNotEqualTo(MASK).isLessThan(VOCABULARY);
                assertThat(commit.step()).isEqualTo(step.step());
                ids[commit.position()] = commit.token();
            }
        }
        assertThat(ids).isEqualTo(outcome.ids());
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void ends_in_its_budget_with_steps_numbered_without_gaps(DecodeOptions options) {
        Outcome outcome = decode(options);

        int masks = NUM_NEW + 4;
        assertThat(outcome.steps()).hasSizeLessThanOrEqualTo(Math.max(STEPS, STEPS + masks));
        assertThat(outcome.steps().stream().mapToInt(StepResult::step).toArray())
                .isEqualTo(IntStream.range(0, outcome.steps().size()).toArray());
        assertThat(outcome.plans()).hasSizeLessThanOrEqualTo(masks);
        if (!(options.commit() instanceof CommitPolicy.ConfidenceThreshold)) {
            assertThat(outcome.steps()).hasSize(STEPS);
        }
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void the_same_seed_gives_the_same_answer_and_caches_are_closed(DecodeOptions options) {
        Outcome first = decode(options);
        Outcome second = decode(options);

        assertThat(first.steps()).isEqualTo(second.steps());
        assertThat(first.openCaches()).isZero();
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void proposals_are_asked_for_masked_positions_only(DecodeOptions options) {
        for (ForwardPlan plan : decode(options).plans()) {
            for (int position : plan.positions()) {
                assertThat(plan.ids()[position - plan.start()]).isEqualTo(MASK);
            }
            assertThat(plan.sampling().excludedToken()).isEqualTo(MASK);
        }
    }

    @Test
    void another_seed_reveals_other_positions() {
        for (CommitPolicy policy : List.of(new CommitPolicy.Origin(), new CommitPolicy.Entropy(5))) {
            DecodeOptions options = DecodeOptions.ofSteps(STEPS).withCommit(policy);
            assertThat(decode(options.withSeed(1)).steps())
                    .isNotEqualTo(decode(options.withSeed(2)).steps());
        }
    }

    @Test
    void alg_temp_draws_positions_in_proportion_to_their_softmax() {
        double[] confidences = {0, Math.log(3), Math.log(6)};
        int[] firstDrawn = new int[3];
        int rounds = 20_000;
        for (int round = 0; round < rounds; round++) {
            long key = CounterRandom.key(5, round);
            double[] uniforms = IntStream.range(0, 3)
                    .mapToDouble(i -> CounterRandom.uniform(key, i))
                    .toArray();
            firstDrawn[Ranking.best(Ranking.perturbed(confidences, 1, uniforms), 1)[0]]++;
        }
        assertThat(firstDrawn[0] / (double) rounds).isBetween(0.08, 0.12);
        assertThat(firstDrawn[1] / (double) rounds).isBetween(0.28, 0.32);
        assertThat(firstDrawn[2] / (double) rounds).isBetween(0.58, 0.62);
    }

    @Test
    void equal_confidences_are_committed_from_the_left() {
        assertThat(Ranking.best(new double[] {1, 3, 3, 0, 3}, 2)).containsExactly(1, 2);
    }

    @Test
    void names_make_policies_and_options_without_effect_are_refused() {
        List<String> names = new ArrayList<>();
        for (String name : CommitPolicy.NAMES) {
            names.add(CommitPolicy.of(name, OptionalDouble.of(0), OptionalDouble.empty())
                    .id());
        }
        assertThat(names).isEqualTo(CommitPolicy.NAMES);
        assertThat(CommitPolicy.of("entropy", OptionalDouble.of(0.1), OptionalDouble.empty()))
                .isEqualTo(new CommitPolicy.Entropy(0.1));
        assertThatThrownBy(() -> CommitPolicy.of("random", OptionalDouble.empty(), OptionalDouble.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown alg 'random': use one of origin, maskgit_plus, topk_margin, entropy,"
                        + " confidence_threshold");
        for (String name : Set.of("origin", "confidence_threshold")) {
            assertThatThrownBy(() -> CommitPolicy.of(name, OptionalDouble.of(0.1), OptionalDouble.empty()))
                    .hasMessageContaining("alg_temp 0.1 has no effect with alg " + name);
        }
        assertThatThrownBy(() -> CommitPolicy.of("entropy", OptionalDouble.empty(), OptionalDouble.of(0.9)))
                .hasMessageContaining("a threshold has no effect with alg entropy");
        assertThatThrownBy(() -> new CommitPolicy.ConfidenceThreshold(1.5)).hasMessageContaining("in [0, 1], got 1.5");
        assertThatThrownBy(() -> new CommitPolicy.TopKMargin(-1)).hasMessageContaining("alg_temp must be");
    }

    private static Outcome decode(DecodeOptions options) {
        ScriptedDenoiser denoiser = new ScriptedDenoiser(
                VOCABULARY,
                MASK,
                (forward, position) -> new ScriptedDenoiser.Answer(
                        1 + (position * 7 + forward) % (VOCABULARY - 1),
                        CounterRandom.uniform(CounterRandom.key(99, forward), position)));
        Canvas canvas = Canvas.forCompletion(PROMPT, NUM_NEW, MASK);
        List<StepResult> steps;
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            steps = Decoding.run(session, denoiser);
            assertThat(session.forwards()).isEqualTo(denoiser.plans().size());
            assertThat(session.step()).isEqualTo(steps.size());
        }
        return new Outcome(canvas.ids(), steps, denoiser.plans(), (int) denoiser.openCaches());
    }
}
