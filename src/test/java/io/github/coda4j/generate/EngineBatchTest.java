package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Origin;
import io.github.coda4j.decode.commit.TopKMargin;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many requests at once: packing, turns, and what happens to the others when one fails. */
@Timeout(30)
class EngineBatchTest {
    private final RuleDenoiser model = RuleDenoiser.ofHash();

    @Test
    void answers_of_a_batch_equal_the_single_answers() throws Exception {
        List<GenerateRequest> requests = mixedRequests();
        List<Completion> single = new ArrayList<>();
        try (Engine engine = engine(new EngineOptions(1, 100, 1))) {
            for (GenerateRequest request : requests) {
                single.add(engine.generate(request));
            }
        }
        assertThat(model.passes()).allMatch(plans -> plans.size() == 1);
        for (int maxPacked : List.of(1, 100, 10_000)) {
            RuleDenoiser packed = RuleDenoiser.ofHash();
            List<Completion> batch = runTogether(packed, requests, new EngineOptions(8, 100, maxPacked));
            assertThat(batch).map(Completion::ids).isEqualTo(list(single, Completion::ids));
            assertThat(batch).map(Completion::holes).isEqualTo(list(single, Completion::holes));
            assertThat(batch)
                    .map(c -> c.cost().forwards())
                    .isEqualTo(list(single, c -> c.cost().forwards()));
            int widest = packed.passes().stream().mapToInt(List::size).max().orElseThrow();
            assertThat(widest).isEqualTo(maxPacked == 1 ? 1 : maxPacked == 100 ? widest : 8);
            assertThat(packed.passes()).allMatch(plans -> plans.size() == 1 || tokens(plans) <= maxPacked);
        }
    }

    @Test
    void sessions_take_turns_when_a_pass_does_not_hold_all() throws Exception {
        List<GenerateRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(GenerateRequest.of(new int[] {'A' + i, 1, 2}, 12, DecodeOptions.ofSteps(12)));
        }
        runTogether(model, requests, new EngineOptions(5, 0, 2 * 15));
        Map<Integer, Integer> steps = new HashMap<>();
        // The first pass may run before all requests are there.
        for (List<ForwardPlan> plans : model.passes().subList(1, model.passes().size())) {
            assertThat(plans).hasSizeLessThanOrEqualTo(2);
            plans.forEach(plan -> steps.merge(plan.ids()[0], 1, Integer::sum));
            int most = steps.values().stream().max(Integer::compare).orElseThrow();
            for (int i = 0; i < 5; i++) {
                assertThat(steps.getOrDefault('A' + i, 0)).isBetween(most - 1, most);
            }
        }
    }

    @Test
    void a_plan_longer_than_a_pass_runs_alone() throws Exception {
        List<GenerateRequest> requests = List.of(
                GenerateRequest.of(new int[50], 4, DecodeOptions.ofSteps(2)),
                GenerateRequest.of(new int[2], 4, DecodeOptions.ofSteps(2)));
        assertThat(runTogether(model, requests, new EngineOptions(2, 0, 10)))
                .allMatch(c -> c.finishReason() == FinishReason.LENGTH);
    }

    @Test
    void a_request_beyond_the_bound_is_refused_and_taken_again_when_one_has_ended() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        model.beforeForward(plans -> awaitQuietly(gate));
        try (Engine engine = engine(new EngineOptions(1, 1, 100))) {
            GenerateRequest request = GenerateRequest.of(new int[] {1}, 2, DecodeOptions.ofSteps(1));
            Generation first = engine.submit(request, GenerationListener.NONE);
            Generation second = engine.submit(request, GenerationListener.NONE);
            assertThatThrownBy(() -> engine.submit(request, GenerationListener.NONE))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessage("the engine is busy: 2 requests are under way, it takes at most 2 at a time; try "
                            + "again later");
            gate.countDown();
            first.await();
            second.await();
            assertThat(engine.generate(request).finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void a_failing_pass_fails_its_requests_with_the_cause_and_no_others() throws Exception {
        CodaException cause = new CodaException("the device is out of memory");
        CountDownLatch gate = new CountDownLatch(1);
        model.beforeForward(plans -> {
            awaitQuietly(gate);
            if (plans.stream().anyMatch(plan -> plan.ids()[0] == 'X' && plan.positions().length < 6)) {
                throw cause;
            }
        });
        DecodeOptions cached = DecodeOptions.ofSteps(8).withBlocks(8, CachePolicy.of("dual"));
        try (Engine engine = engine(new EngineOptions(3, 0, 9))) {
            Generation good = engine.submit(GenerateRequest.of(new int[] {'A'}, 8, cached), GenerationListener.NONE);
            Generation bad = engine.submit(GenerateRequest.of(new int[] {'X'}, 8, cached), GenerationListener.NONE);
            Generation other = engine.submit(GenerateRequest.of(new int[] {'B'}, 8, cached), GenerationListener.NONE);
            gate.countDown();
            assertThatThrownBy(bad::await).isSameAs(cause);
            assertThat(good.await().finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(other.await().finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(model.openCaches()).isZero();
            assertThat(engine.generate(GenerateRequest.of(new int[] {'C'}, 8, cached))
                            .cost()
                            .newTokens())
                    .isEqualTo(8);
        }
    }

    @Test
    void a_failing_listener_fails_its_own_request_only() throws Exception {
        IllegalStateException cause = new IllegalStateException("the connection is gone");
        CountDownLatch gate = new CountDownLatch(1);
        model.beforeForward(plans -> awaitQuietly(gate));
        DecodeOptions cached = DecodeOptions.ofSteps(8).withBlocks(8, CachePolicy.of("prefix"));
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Generation bad = engine.submit(GenerateRequest.of(new int[] {1}, 8, cached), new GenerationListener() {
                @Override
                public void onStep(StepEvent event) {
                    if (event.step() == 3) {
                        throw cause;
                    }
                }
            });
            Generation good = engine.submit(GenerateRequest.of(new int[] {2}, 8, cached), GenerationListener.NONE);
            gate.countDown();
            assertThatThrownBy(bad::await).isSameAs(cause);
            assertThat(good.await().cost().newTokens()).isEqualTo(8);
            assertThat(model.openCaches()).isZero();
        }
    }

    @Test
    void a_model_that_leaves_plans_unanswered_fails_them() throws Exception {
        try (Engine engine = new Engine(new Wrong(), new ByteTokenizer(), EngineOptions.DEFAULT)) {
            GenerateRequest request = GenerateRequest.of(new int[] {1}, 2, DecodeOptions.ofSteps(1));
            assertThatThrownBy(() -> engine.generate(request)).hasMessage("the model answered 0 of 1 plans");
        }
    }

    /** Forgets every plan. */
    private static final class Wrong implements Denoiser {
        @Override
        public int maskId() {
            return ByteTokenizer.MASK;
        }

        @Override
        public Alignment alignment() {
            return Alignment.SHIFTED;
        }

        @Override
        public int vocabSize() {
            return new ByteTokenizer().vocabSize();
        }

        @Override
        public int maxPositions() {
            return 10;
        }

        @Override
        public KvCache newCache(int length) {
            throw new AssertionError("no cache is asked for");
        }

        @Override
        public KvCache moved(KvCache cache, int[] from) {
            throw new AssertionError("no cache is asked for");
        }

        @Override
        public List<Proposals> forward(List<ForwardPlan> plans) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private Engine engine(EngineOptions options) {
        return new Engine(model, new ByteTokenizer(), options);
    }

    /** Holds the first pass until all are submitted, so that the second one is planned for all of them. */
    private static List<Completion> runTogether(
            RuleDenoiser model, List<GenerateRequest> requests, EngineOptions options) throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        model.beforeForward(plans -> awaitQuietly(gate));
        try (Engine engine = new Engine(model, new ByteTokenizer(), options)) {
            List<Generation> generations = new ArrayList<>();
            for (GenerateRequest request : requests) {
                generations.add(engine.submit(request, GenerationListener.NONE));
            }
            gate.countDown();
            List<Completion> completions = new ArrayList<>();
            for (Generation generation : generations) {
                completions.add(generation.await());
            }
            return completions;
        }
    }

    private static List<GenerateRequest> mixedRequests() {
        DecodeOptions plain = DecodeOptions.ofSteps(24);
        List<DecodeOptions> options = List.of(
                plain,
                plain.withCommit(new Origin()),
                plain.withCommit(new TopKMargin(0.5)),
                plain.withBlocks(8, CachePolicy.NONE),
                plain.withBlocks(8, CachePolicy.of("prefix")),
                plain.withBlocks(8, CachePolicy.of("dual", 2)),
                plain.withBlocks(4, CachePolicy.of("dual")).withCommit(new ConfidenceThreshold(0.7)));
        List<GenerateRequest> requests = new ArrayList<>();
        for (int i = 0; i < 4 * options.size(); i++) {
            Document document = i % 3 == 0
                    ? Document.parse("x" + i + " = <|hole|>; y = <|hole|>", 5, 24)
                    : Document.completion("prompt number " + i, 24);
            requests.add(GenerateRequest.of(document, options.get(i % options.size())));
        }
        return requests;
    }

    private static int tokens(List<ForwardPlan> plans) {
        return plans.stream().mapToInt(plan -> plan.ids().length).sum();
    }

    private static <T> List<T> list(List<Completion> completions, Function<Completion, T> part) {
        return completions.stream().map(part).toList();
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
