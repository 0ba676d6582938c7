package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Documents longer than the model takes: 64 tokens, one for each byte. The network writes the alphabet. */
@Timeout(30)
class EngineWindowsTest {
    private static final int MOST = 64;
    private static final String LINES = "12345678\n".repeat(40);
    /** Three holes of four tokens, each in a window of its own. */
    private static final Document LONG =
            Document.parse(("<|hole|>;\n" + LINES).repeat(3).replace("<|hole|>", "a = <|hole|>"), 4);

    private static final DecodeOptions STEPS = DecodeOptions.ofSteps(12);

    private final AtomicLong nanos = new AtomicLong();
    private final RuleDenoiser model = new RuleDenoiser(MOST, (sequence, position) -> 'a' + position % 26);
    private final Recorder recorder = new Recorder();
    private final List<Window> windows = new ArrayList<>();
    private final GenerationListener listener = new GenerationListener() {
        @Override
        public void onWindow(Window window) {
            windows.add(window);
        }

        @Override
        public void onStep(StepEvent event) {
            recorder.onStep(event);
        }

        @Override
        public void onText(int hole, String text) {
            recorder.onText(hole, text);
        }
    };

    @Test
    void every_hole_of_a_long_document_is_filled_and_nothing_else_changes() throws Exception {
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Completion completion =
                    engine.submit(GenerateRequest.of(LONG, STEPS), listener).await();
            assertThat(completion.holes()).hasSize(3);
            assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
            String filled = LONG.fill(completion.holeTexts());
            assertThat(filled).matches("(a = [a-z]{4};\n(12345678\n){40}){3}");
            for (int hole = 0; hole < 3; hole++) {
                assertThat(recorder.text(hole)).isEqualTo(completion.holeTexts().get(hole));
            }
            assertThat(model.passes())
                    .allSatisfy(pass -> assertThat(pass)
                            .allSatisfy(plan -> assertThat(plan.ids().length).isLessThanOrEqualTo(MOST)));
        }
    }

    @Test
    void the_listener_hears_of_every_window_and_steps_count_on() throws Exception {
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Completion completion =
                    engine.submit(GenerateRequest.of(LONG, STEPS), listener).await();
            assertThat(windows).extracting(Window::firstHole).containsExactly(0, 1, 2);
            assertThat(recorder.steps)
                    .extracting(StepEvent::step)
                    .containsExactlyElementsOf(IntStream.range(0, 12).boxed().toList());
            assertThat(recorder.steps)
                    .allSatisfy(step -> assertThat(step.commits())
                            .allSatisfy(commit -> assertThat(commit.step()).isEqualTo(step.step())));
            List<Integer> all = new ArrayList<>();
            for (int last : List.of(3, 7, 11)) {
                Arrays.stream(recorder.steps.get(last).canvas()).forEach(all::add);
            }
            assertThat(completion.ids()).isEqualTo(all);
        }
    }

    @Test
    void the_cost_is_that_of_all_windows_and_says_what_was_left_out() throws Exception {
        model.beforeForward(plans -> nanos.addAndGet(1_000_000));
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Cost cost = engine.generate(GenerateRequest.of(LONG, STEPS)).cost();
            assertThat(cost.forwards()).isEqualTo(model.passes().size());
            assertThat(cost.commits()).isEqualTo(12);
            assertThat(cost.newTokens()).isEqualTo(12);
            assertThat(cost.promptTokens()).isBetween(3 * 48, 3 * 60);
            assertThat(cost.promptMillis() + cost.decodeMillis()).isEqualTo(cost.forwards());
            assertThat(cost.windows()).isEqualTo(3);
            assertThat(cost.documentTokens()).isBetween(1050L, 1150L);
            assertThat(cost.leftOutTokens()).isBetween(900L, 970L);
            Cost whole = engine.generate(GenerateRequest.of(Document.completion("abc", 4), STEPS))
                    .cost();
            assertThat(whole.windows()).isEqualTo(1);
            assertThat(whole.documentTokens()).isEqualTo(3);
            assertThat(whole.leftOutTokens()).isZero();
        }
    }

    @Test
    void a_document_that_fits_is_seen_token_for_token_whatever_the_budget() throws Exception {
        Document document = Document.parse("first\n<|hole|>\n\nx = <|hole|>;\nlast", 3);
        List<Integer> ids = new ArrayList<>();
        for (String piece : List.of("first\n", "###", "x =", "###", ";\nlast")) {
            piece.chars().forEach(c -> ids.add(c == '#' ? ByteTokenizer.MASK : c));
        }
        int[] expected = ids.stream().mapToInt(id -> id).toArray();
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            for (WindowOptions options : List.of(
                    WindowOptions.DEFAULT,
                    WindowOptions.DEFAULT.withContext(expected.length).withBefore(0))) {
                int passes = model.passes().size();
                engine.submit(GenerateRequest.of(document, STEPS).withWindows(options), listener)
                        .await();
                assertThat(model.passes().get(passes).getFirst().ids()).containsExactly(expected);
            }
        }
        assertThat(windows).isEmpty();
    }

    @Test
    void a_window_sees_the_answers_of_those_before_it() throws Exception {
        Document document = Document.parse("x = <|hole|>;\n" + "12345678\n".repeat(4) + "y = <|hole|>;\n" + LINES, 6);
        RuleDenoiser counting = new RuleDenoiser(80, (sequence, position) -> '0' + count(sequence, '='));
        try (Engine engine =
                new Engine(counting, Optional.of(new ByteTokenizer()), EngineOptions.DEFAULT, nanos::get)) {
            Completion completion = engine.submit(
                            GenerateRequest.of(document, STEPS).withWindows(WindowOptions.DEFAULT.withBefore(0.9)),
                            listener)
                    .await();
            assertThat(windows).hasSize(2);
            assertThat(completion.holeTexts()).containsExactly("111111", "222222");
            ForwardPlan last = counting.passes().getLast().getFirst();
            assertThat(new String(last.ids(), 0, last.ids().length)).startsWith("x = 111111;\n");
        }
    }

    @Test
    void steps_are_shared_by_tokens_or_by_blocks() {
        Document document =
                Document.parse("<|hole|>;\n" + LINES + "<|hole|>;\n" + LINES + "<|hole|>\n" + LINES, 4, 8, 9);
        WindowSteps byTokens = WindowSteps.of(GenerateRequest.of(document, DecodeOptions.ofSteps(21)));
        WindowSteps few = WindowSteps.of(GenerateRequest.of(document, DecodeOptions.ofSteps(2)));
        WindowSteps byBlocks = WindowSteps.of(
                GenerateRequest.of(document, DecodeOptions.ofSteps(13).withBlocks(4, CachePolicy.NONE)));
        DocumentWindows parts = DocumentWindows.of(document, WindowOptions.DEFAULT, MOST, new ByteTokenizer());
        List<List<Integer>> steps = new ArrayList<>();
        for (List<String> answers = List.<String>of(); parts.hasNext(); answers = List.of("a")) {
            Window window = parts.next(answers);
            steps.add(List.of(
                    byTokens.of(window).steps(),
                    few.of(window).steps(),
                    byBlocks.of(window).steps()));
        }
        assertThat(steps).containsExactly(List.of(4, 1, 2), List.of(8, 1, 4), List.of(9, 1, 6));
    }

    @Test
    void blocks_and_a_cache_work_in_windows_and_caches_are_freed() throws Exception {
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Completion completion = engine.generate(
                    GenerateRequest.of(LONG, DecodeOptions.ofSteps(12).withBlocks(2, CachePolicy.of("dual"))));
            assertThat(LONG.fill(completion.holeTexts())).matches("(a = [a-z]{4};\n(12345678\n){40}){3}");
            assertThat(completion.cost().cacheRefreshes()).isEqualTo(6);
            assertThat(model.openCaches()).isZero();
        }
    }

    @Test
    void a_cancelled_request_keeps_the_windows_that_are_done() throws Exception {
        CompletableFuture<Generation> submitted = new CompletableFuture<>();
        RuleDenoiser[] network = new RuleDenoiser[1];
        network[0] = new RuleDenoiser(MOST, (sequence, position) -> {
            if (network[0].passes().size() == 5) { // the second of three in the second window
                submitted.join().cancel();
            }
            return 'a' + position % 26;
        });
        try (Engine engine = new Engine(network[0], new ByteTokenizer(), EngineOptions.DEFAULT)) {
            submitted.complete(engine.submit(GenerateRequest.of(LONG, STEPS), GenerationListener.NONE));
            Completion completion = submitted.join().await();
            assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(completion.holes())
                    .extracting(HoleAnswer::finishReason)
                    .containsExactly(FinishReason.LENGTH, FinishReason.CANCELLED, FinishReason.CANCELLED);
            assertThat(completion.holeTexts().getFirst()).hasSize(4);
            assertThat(completion.holeTexts().getLast()).isEmpty();
            assertThat(completion.cost().forwards())
                    .isEqualTo(network[0].passes().size())
                    .isLessThan(8);
        }
    }

    @Test
    void the_deadline_is_that_of_all_windows_together() throws Exception {
        model.beforeForward(plans -> nanos.addAndGet(10_000_000));
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Completion completion =
                    engine.generate(GenerateRequest.of(LONG, STEPS).withDeadline(Duration.ofMillis(75)));
            assertThat(completion.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(completion.cost().forwards()).as("three for each window").isEqualTo(8);
            assertThat(completion.holes())
                    .extracting(HoleAnswer::finishReason)
                    .containsExactly(FinishReason.LENGTH, FinishReason.LENGTH, FinishReason.DEADLINE);
            Completion between = engine.generate(GenerateRequest.of(LONG, STEPS).withDeadline(Duration.ofMillis(30)));
            assertThat(between.cost().forwards())
                    .as("the deadline passed with the last step of a window")
                    .isEqualTo(3);
            assertThat(between.finishReason()).isEqualTo(FinishReason.DEADLINE);
        }
    }

    @Test
    void it_takes_one_place_of_the_engine_until_it_has_ended() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        model.beforeForward(plans -> {
            if (model.passes().size() == 6) {
                awaitQuietly(gate);
            }
        });
        try (Engine engine = engine(new EngineOptions(1, 0, 100))) {
            Generation first = engine.submit(GenerateRequest.of(LONG, STEPS), GenerationListener.NONE);
            while (model.passes().size() < 6) {
                Thread.sleep(1);
            }
            assertThatThrownBy(() -> engine.submit(GenerateRequest.of(LONG, STEPS), GenerationListener.NONE))
                    .isInstanceOf(EngineBusyException.class);
            gate.countDown();
            first.await();
            assertThat(engine.generate(GenerateRequest.of(LONG, STEPS)).finishReason())
                    .isEqualTo(FinishReason.LENGTH);
            assertThat(engine.generate(GenerateRequest.of(LONG, STEPS)).finishReason())
                    .isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void a_failure_in_a_later_window_fails_the_request_and_no_other() throws Exception {
        model.beforeForward(plans -> {
            if (model.passes().size() == 6) {
                throw new IllegalStateException("broken");
            }
        });
        try (Engine engine = engine(new EngineOptions(1, 0, 100))) {
            assertThatThrownBy(() -> engine.generate(GenerateRequest.of(LONG, STEPS)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("broken");
            assertThat(engine.generate(GenerateRequest.of(LONG, STEPS)).finishReason())
                    .isEqualTo(FinishReason.LENGTH);
            assertThatThrownBy(() -> engine.submit(GenerateRequest.of(LONG, STEPS), new GenerationListener() {
                                @Override
                                public void onWindow(Window window) {
                                    throw new IllegalStateException("no window " + window.firstHole());
                                }
                            })
                            .await())
                    .hasMessage("no window 0");
        }
    }

    @Test
    void closing_the_engine_ends_it_with_what_it_has() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        model.beforeForward(plans -> {
            if (model.passes().size() == 6) {
                reached.countDown();
            }
        });
        Engine engine = engine(EngineOptions.DEFAULT);
        Generation generation =
                engine.submit(GenerateRequest.of(LONG, DecodeOptions.ofSteps(12)), GenerationListener.NONE);
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        engine.close();
        Completion completion = generation.await();
        assertThat(completion.holes()).hasSize(3);
        assertThat(completion.holeTexts().getFirst()).hasSize(4);
    }

    @Test
    void an_answer_does_not_depend_on_what_else_runs() throws Exception {
        RuleDenoiser hash = new RuleDenoiser(
                MOST, (sequence, position) -> 'a' + Math.floorMod(Arrays.hashCode(sequence) + position, 26));
        GenerateRequest request =
                GenerateRequest.of(LONG, STEPS.withSampling(0.7, 1, 0).withSeed(3));
        try (Engine engine = new Engine(hash, Optional.of(new ByteTokenizer()), EngineOptions.DEFAULT, nanos::get)) {
            List<String> alone = engine.generate(request).holeTexts();
            List<Generation> together = IntStream.range(0, 8)
                    .mapToObj(_ -> engine.submit(request, GenerationListener.NONE))
                    .toList();
            for (Generation one : together) {
                assertThat(one.await().holeTexts()).isEqualTo(alone);
            }
        }
    }

    @Test
    void windows_are_for_documents() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerateRequest.of(new int[] {1}, 1, STEPS).withWindows(WindowOptions.DEFAULT))
                .withMessage("windows are for documents: this prompt is marked text or ids");
    }

    private Engine engine(EngineOptions options) {
        return new Engine(model, Optional.of(new ByteTokenizer()), options, nanos::get);
    }

    private static int count(int[] sequence, int id) {
        return (int) Arrays.stream(sequence).filter(other -> other == id).count();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
