package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.CommitPolicyFactory;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Entropy;
import io.github.coda4j.decode.commit.Need;
import io.github.coda4j.decode.commit.Origin;
import io.github.coda4j.decode.commit.TopKMargin;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.testkit.ExampleProject;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ScriptedDenoiser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every commit policy promises, under every cache policy, on canvases with holes. */
@Tag("slow")
class CommitPolicyContractTest {
    private static final int MASK = 0;
    private static final int VOCABULARY = 50;
    private static final int[] PROMPT = {7, MASK, MASK, MASK, 9, 8, MASK, 4};
    private static final int NUM_NEW = 12;
    private static final int STEPS = 20;

    private record Outcome(int[] ids, List<StepResult> steps, List<ForwardPlan> plans, int openCaches) {}

    @TempDir
    private static Path classes;

    private static ExampleProject example;

    @BeforeAll
    static void compileExample() throws IOException {
        example = ExampleProject.compile(ExampleProject.EXTENDING, classes);
    }

    @AfterAll
    static void closeExample() throws IOException {
        example.close();
    }

    /** Every policy of ours and the example of the documentation, with the values that parameters may have. */
    static Stream<CommitPolicy> everyPolicy() throws Exception {
        List<CommitPolicyFactory> factories = new ArrayList<>(CommitPolicies.BUILT_IN);
        factories.add(example.call(() -> CommitPolicies.require("com.example.OutsideIn")));
        return factories.stream().flatMap(CommitPolicyContractTest::everyValue);
    }

    private static Stream<CommitPolicy> everyValue(CommitPolicyFactory factory) {
        Stream<CommitPolicy> standard = Stream.of(CommitPolicies.create(factory, Map.of()));
        Stream<CommitPolicy> others = factory.parameters().stream()
                .flatMap(parameter -> Stream.of(
                                parameter.range().least(),
                                0.3,
                                1.0,
                                3.0,
                                parameter.range().most())
                        .filter(parameter.range()::contains)
                        .distinct()
                        .flatMap(value -> ifTogether(factory, parameter.name(), value)));
        return Stream.concat(standard, others).distinct();
    }

    /** Nothing where the value does not go together with the standard ones of the others. */
    private static Stream<CommitPolicy> ifTogether(CommitPolicyFactory factory, String parameter, double value) {
        try {
            return Stream.of(CommitPolicies.create(factory, Map.of(parameter, value)));
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("must be at least early_until");
            return Stream.empty();
        }
    }

    static Stream<DecodeOptions> everyOption() throws Exception {
        List<DecodeOptions> shapes = List.of(
                DecodeOptions.ofSteps(STEPS),
                DecodeOptions.ofSteps(STEPS).withBlocks(4, CachePolicy.NONE),
                DecodeOptions.ofSteps(STEPS).withBlocks(2, new CachePolicy.Prefix(0)),
                DecodeOptions.ofSteps(STEPS).withBlocks(4, new CachePolicy.Dual(2)),
                DecodeOptions.ofSteps(STEPS)
                        .withBlocks(4, new CachePolicy.Dual(new Refresh.Never(), CachedRows.OPEN))
                        .withGrowth(new Growth.Window(6)),
                DecodeOptions.ofSteps(STEPS)
                        .withBlocks(2, new CachePolicy.Prefix(new Refresh.Every(3), CachedRows.OPEN)),
                DecodeOptions.ofSteps(STEPS)
                        .withBlocks(4, new CachePolicy.Dual(new Refresh.Drift(0.01), CachedRows.BLOCK)));
        List<DecodeOptions> sampled = List.of(
                DecodeOptions.ofSteps(STEPS).withSampling(0.7, 0.9, 0),
                DecodeOptions.ofSteps(STEPS)
                        .withBlocks(4, new CachePolicy.Dual(0))
                        .withSampling(1, 1, 3));
        List<CommitPolicy> policies = everyPolicy().toList();
        return Stream.concat(shapes.stream(), sampled.stream())
                .flatMap(shape -> policies.stream()
                        .filter(policy -> shape.blockLength().isPresent()
                                || !policy.needs().contains(Need.BLOCKS))
                        .filter(policy ->
                                shape.temperature() == 0 || !policy.needs().contains(Need.PLAIN_PROBABILITIES))
                        .map(policy -> shape.withCommit(policy).withSeed(17)));
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void fills_all_masks_with_at_least_one_commit_per_forward(DecodeOptions options) {
        Outcome outcome = decode(options);

        assertThat(outcome.ids()).doesNotContain(MASK).startsWith(7).hasSize(PROMPT.length + NUM_NEW);
        for (StepResult step : outcome.steps()) {
            if (mayRest(options)) {
                continue;
            }
            assertThat(step.commits().isEmpty()).as("step %s", step).isEqualTo(!step.forward());
            assertThat(step.revoked())
                    .hasSizeLessThan(Math.max(1, step.commits().size()));
        }
    }

    /** A policy that masks tokens again and counts steps may have steps that change nothing. */
    private static boolean mayRest(DecodeOptions options) {
        return options.commit().remasks()
                && options.commit().countsSteps(options.blockLength().isPresent());
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
            assertThat(step.revoked().isEmpty() || options.commit().remasks()).isTrue();
            for (int position : step.revoked()) {
                assertThat(layout.blocks().get(active).contains(position)).isTrue();
                assertThat(ids[position]).isNotEqualTo(MASK);
                assertThat(position >= PROMPT.length || PROMPT[position] == MASK)
                        .as("position %d is of the answer", position)
                        .isTrue();
                ids[position] = MASK;
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
        assertThat(outcome.plans()).hasSizeLessThanOrEqualTo(mayRest(options) ? STEPS : masks);
        if (options.commit().followsSchedule()) {
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
    void proposals_are_asked_for_masked_positions_only_and_of_a_policy_that_masks_again_for_its_own(
            DecodeOptions options) {
        for (ForwardPlan plan : decode(options).plans()) {
            for (int position : plan.positions()) {
                if (options.commit().remasks()) {
                    assertThat(position >= PROMPT.length || PROMPT[position] == MASK)
                            .isTrue();
                } else {
                    assertThat(plan.ids()[position - plan.start()]).isEqualTo(MASK);
                }
            }
            assertThat(plan.sampling().excludedToken()).isEqualTo(MASK);
        }
    }

    @Test
    void packed_with_others_a_policy_answers_as_alone() throws Exception {
        List<DecodeOptions> all = everyOption().toList();
        List<List<StepResult>> alone =
                all.stream().map(options -> packed(List.of(options)).getFirst()).toList();

        List<List<StepResult>> packed = packed(all);

        for (int i = 0; i < all.size(); i++) {
            assertThat(packed.get(i)).as(all.get(i).toString()).isEqualTo(alone.get(i));
        }
    }

    /** What sessions do whose plans are run in one pass, by a network that answers by what stands in the sequence. */
    private static List<List<StepResult>> packed(List<DecodeOptions> all) {
        RuleDenoiser denoiser = RuleDenoiser.ofHash();
        int[] prompt = Arrays.stream(PROMPT)
                .map(id -> id == MASK ? denoiser.maskId() : id)
                .toArray();
        List<List<StepResult>> steps = new ArrayList<>();
        List<DecodeSession> sessions = new ArrayList<>();
        for (DecodeOptions options : all) {
            steps.add(new ArrayList<>());
            sessions.add(
                    DecodeSession.open(Canvas.forCompletion(prompt, NUM_NEW, denoiser.maskId()), options, denoiser));
        }
        while (sessions.stream().anyMatch(session -> !session.done())) {
            int[] open = IntStream.range(0, all.size())
                    .filter(i -> !sessions.get(i).done())
                    .toArray();
            List<Proposals> answers = denoiser.forward(
                    Arrays.stream(open).mapToObj(i -> sessions.get(i).plan()).toList());
            for (int i = 0; i < open.length; i++) {
                steps.get(open[i]).addAll(sessions.get(open[i]).apply(answers.get(i)));
            }
        }
        sessions.forEach(DecodeSession::close);
        return steps;
    }

    @Test
    void what_a_policy_needs_is_refused_by_its_name() {
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            CommitPolicy policy = CommitPolicies.create(factory, Map.of());
            DecodeOptions open = DecodeOptions.ofSteps(STEPS);
            DecodeOptions blocks = open.withBlocks(4, CachePolicy.NONE);
            if (policy.needs().contains(Need.BLOCKS)) {
                assertThatThrownBy(() -> open.withCommit(policy))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("alg " + policy.name() + " needs blocks: set a block length (for example 32)");
            }
            if (policy.needs().contains(Need.PLAIN_PROBABILITIES)) {
                for (DecodeOptions sampled : List.of(
                        blocks.withSampling(0.5, 1, 0), blocks.withSampling(0, 0.9, 0), blocks.withSampling(0, 1, 3))) {
                    assertThatThrownBy(() -> sampled.withCommit(policy))
                            .hasMessageStartingWith("alg " + policy.name() + " reads the model's probabilities as they"
                                    + " are: temperature must be 0, top_p 1 and top_k 0, got ");
                }
                assertThatThrownBy(() -> open.withBlocks(4, new CachePolicy.Dual(0))
                                .withBlockStart(BlockStart.COMMIT)
                                .withCommit(policy))
                        .hasMessageStartingWith("alg " + policy.name() + " needs block start propose: ");
            } else {
                assertThat(blocks.withSampling(0.5, 0.9, 3).withCommit(policy).commit())
                        .isEqualTo(policy);
            }
        }
        for (String name : List.of("saber", "p2")) {
            assertThatThrownBy(() -> DecodeOptions.ofSteps(STEPS)
                            .withMaskCandidates(MaskCandidates.ALLOW)
                            .withCommit(CommitPolicies.of(name, Map.of())))
                    .hasMessage("alg " + name + " needs mask candidates exclude: what it commits must be a token");
        }
        assertThat(CommitPolicies.of("entropy_bound", Map.of()).needs()).contains(Need.BLOCKS);
        assertThat(CommitPolicies.of("frechet", Map.of()).needs()).contains(Need.PLAIN_PROBABILITIES);
        assertThat(CommitPolicies.of("confidence_threshold", Map.of()).needs()).isEmpty();
        for (String family : List.of(
                "low_confidence",
                "low_confidence_rounded",
                "low_confidence_static",
                "low_confidence_dynamic",
                "sub_blocks",
                "p2")) {
            CommitPolicy policy = CommitPolicies.of(family, Map.of());
            assertThat(policy.needs()).as(family).doesNotContain(Need.PLAIN_PROBABILITIES);
            assertThatThrownBy(() -> DecodeOptions.ofSteps(STEPS)
                            .withBlocks(4, new CachePolicy.Dual(0))
                            .withBlockStart(BlockStart.COMMIT)
                            .withCommit(policy))
                    .hasMessageStartingWith("alg " + family + " needs block start propose: ");
        }
    }

    @Test
    void another_seed_reveals_other_positions() {
        for (CommitPolicy policy : List.of(new Origin(), new Entropy(5))) {
            DecodeOptions options = DecodeOptions.ofSteps(STEPS).withCommit(policy);
            assertThat(decode(options.withSeed(1)).steps())
                    .isNotEqualTo(decode(options.withSeed(2)).steps());
        }
    }

    @Test
    void names_make_policies_and_options_without_effect_are_refused() {
        assertThat(CommitPolicies.names())
                .startsWith("origin", "maskgit_plus", "topk_margin", "entropy", "confidence_threshold");
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            assertThat(CommitPolicies.of(factory.name(), Map.of()).name()).isEqualTo(factory.name());
        }
        assertThat(CommitPolicies.of("entropy", Map.of("alg_temp", 0.1))).isEqualTo(new Entropy(0.1));
        assertThatThrownBy(() -> CommitPolicies.of("random", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("alg must be one of " + String.join(", ", CommitPolicies.names()) + ", got 'random'");
        for (String name : List.of("origin", "confidence_threshold")) {
            assertThatThrownBy(() -> CommitPolicies.of(name, Map.of("alg_temp", 0.1)))
                    .hasMessageContaining("alg " + name + " has no parameter 'alg_temp'");
        }
        assertThatThrownBy(() -> CommitPolicies.of("entropy", Map.of("threshold", 0.9)))
                .hasMessageContaining("alg entropy has no parameter 'threshold': it has alg_temp");
        assertThatThrownBy(() -> new ConfidenceThreshold(1.5)).hasMessage("threshold must be in [0, 1], got 1.5");
        assertThatThrownBy(() -> new TopKMargin(-1)).hasMessage("alg_temp must be 0 or positive, got -1.0");
        assertThatThrownBy(() -> DecodeOptions.ofSteps(1)
                        .withCommit(new ConfidenceThreshold(0.9))
                        .withEps(0.01))
                .hasMessage("eps 0.01 has no effect with alg confidence_threshold: leave it out");
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
