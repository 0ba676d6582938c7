package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ScriptedDenoiser;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that end early, requests that cannot be run, and what is left behind. */
@Timeout(30)
class EngineLifecycleTest {
    private static final DecodeOptions CACHED = DecodeOptions.ofSteps(16).withBlocks(4, CachePolicy.of("dual"));
    private static final GenerateRequest REQUEST = GenerateRequest.of(Document.completion("abc", 16), CACHED);
    private final RuleDenoiser model = RuleDenoiser.ofHash();
    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void a_cancelled_request_ends_between_two_steps_with_what_it_has() throws Exception {
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            CompletableFuture<Generation> submitted = new CompletableFuture<>();
            model.beforeForward(plans -> {
                if (model.passes().size() == 6) {
                    submitted.join().cancel();
                }
            });
            Recorder heard = new Recorder();
            submitted.complete(engine.submit(REQUEST, heard));
            Completion completion = submitted.join().await();
            assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(completion.holes().getFirst().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(completion.cost().forwards()).isEqualTo(model.passes().size());
            assertThat(completion.cost().forwards())
                    .as("the running step is the last")
                    .isEqualTo(6);
            assertThat(completion.text()).hasSizeBetween(4, 8).isEqualTo(heard.text(0));
            assertThat(completion.cost().newTokens())
                    .isEqualTo(completion.text().length());
            assertThat(completion.ids()).contains(ByteTokenizer.MASK);
            assertThat(model.openCaches()).isZero();
            submitted.join().cancel();
            assertThat(submitted.join().await()).isSameAs(completion);
        }
    }

    @Test
    void a_waiting_request_can_be_cancelled() throws Exception {
        model.beforeForward(plans -> awaitQuietly(gate));
        try (Engine engine = engine(new EngineOptions(1, 1, 100))) {
            Generation first = engine.submit(REQUEST, GenerationListener.NONE);
            Generation second = engine.submit(REQUEST, GenerationListener.NONE);
            second.cancel();
            gate.countDown();
            Completion cancelled = second.await();
            assertThat(cancelled.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(cancelled.text()).isEmpty();
            assertThat(cancelled.cost().forwards()).isZero();
            assertThat(first.await().finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void a_held_back_stop_string_is_given_out_when_the_request_is_cut_off() throws Exception {
        RuleDenoiser says = new RuleDenoiser(100, (sequence, position) -> position == 3 ? 'a' : '\n');
        says.beforeForward(plans -> nanos.addAndGet(1_000_000));
        try (Engine engine = new Engine(says, Optional.of(new ByteTokenizer()), EngineOptions.DEFAULT, nanos::get)) {
            Recorder recorder = new Recorder();
            GenerateRequest request = GenerateRequest.of(
                            Document.completion("abc", 16),
                            DecodeOptions.ofSteps(16).withBlocks(1, CachePolicy.NONE))
                    .withStopStrings("\n\n\n\n")
                    .withDeadline(Duration.ofMillis(3));
            Completion completion = engine.submit(request, recorder).await();
            assertThat(completion.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(completion.text()).isEqualTo("a\n\n").isEqualTo(recorder.text(0));
            assertThat(recorder.pieces).containsExactly("a", "\n\n");
        }
    }

    @Test
    void a_request_ends_at_its_deadline_also_while_it_waits() throws Exception {
        model.beforeForward(plans -> {
            awaitQuietly(gate);
            nanos.addAndGet(10_000_000);
        });
        try (Engine engine = engine(new EngineOptions(1, 1, 100))) {
            Generation running = engine.submit(REQUEST.withDeadline(Duration.ofMillis(35)), GenerationListener.NONE);
            Generation waiting = engine.submit(REQUEST.withDeadline(Duration.ofMillis(20)), GenerationListener.NONE);
            gate.countDown();
            Completion late = running.await();
            assertThat(late.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(late.cost().forwards()).isEqualTo(4);
            Completion never = waiting.await();
            assertThat(never.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(never.cost().forwards()).isZero();
            assertThat(never.cost().queueMillis()).isEqualTo(20);
            assertThat(model.openCaches()).isZero();
        }
    }

    @Test
    void the_cost_says_what_the_answer_took() throws Exception {
        model.beforeForward(plans -> nanos.addAndGet(10_000_000));
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Cost cost = engine.generate(REQUEST).cost();
            assertThat(cost)
                    .isEqualTo(new Cost(cost.forwards(), 4, 16, 3, 16, 0, cost.promptMillis(), cost.decodeMillis()));
            assertThat(cost.forwards()).isEqualTo(model.passes().size());
            assertThat(cost.promptMillis() + cost.decodeMillis()).isEqualTo(10.0 * cost.forwards());
            assertThat(cost.promptMillis()).isBetween(10.0, 40.0);
            assertThat(cost.commitsPerForward()).isEqualTo(16.0 / cost.forwards());
            assertThat(cost.tokensPerSecond()).isEqualTo(1600.0 / cost.forwards());
        }
    }

    @Test
    void closing_ends_what_is_under_way_and_the_thread() throws Exception {
        CompletableFuture<Thread> running = new CompletableFuture<>();
        model.beforeForward(plans -> {
            running.complete(Thread.currentThread());
            awaitQuietly(gate);
        });
        Engine engine = engine(new EngineOptions(1, 1, 100));
        Generation live = engine.submit(REQUEST, GenerationListener.NONE);
        Generation waiting = engine.submit(REQUEST, GenerationListener.NONE);
        Thread thread = running.get(10, TimeUnit.SECONDS);
        Thread closer = Thread.ofPlatform().start(engine::close);
        while (closer.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> engine.submit(REQUEST, GenerationListener.NONE))
                .withMessage("the engine is closed");
        gate.countDown();
        closer.join();
        assertThat(live.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(waiting.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(model.passes()).hasSize(1);
        assertThat(model.openCaches()).isZero();
        assertThat(thread.isAlive()).isFalse();
        engine.close();
    }

    @Test
    void an_engine_can_be_closed_from_a_listener() throws Exception {
        Engine engine = engine(EngineOptions.DEFAULT);
        Completion completion = engine.submit(REQUEST, new GenerationListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        engine.close();
                    }
                })
                .await();
        assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void an_idle_engine_sleeps() throws Exception {
        CompletableFuture<Thread> running = new CompletableFuture<>();
        model.beforeForward(plans -> running.complete(Thread.currentThread()));
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            engine.generate(REQUEST);
            Thread thread = running.get();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (thread.getState() != Thread.State.WAITING && System.nanoTime() < end) {
                Thread.sleep(1);
            }
            assertThat(thread.getState()).isEqualTo(Thread.State.WAITING);
        }
    }

    @Tag("slow")
    @Test
    void a_thousand_requests_leave_nothing_alive() throws Exception {
        List<WeakReference<GenerationListener>> listeners = new ArrayList<>();
        try (Engine engine = engine(new EngineOptions(4, 8, 100))) {
            List<Generation> open = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                int number = i;
                GenerationListener listener = new GenerationListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        if (number % 5 == 1 && event.step() == 2) {
                            throw new IllegalStateException("on purpose");
                        }
                    }
                };
                listeners.add(new WeakReference<>(listener));
                Generation generation = engine.submit(REQUEST, listener);
                if (i % 5 == 2) {
                    generation.cancel();
                }
                open.add(generation);
                if (open.size() == 12) {
                    for (Generation each : open) {
                        each.completion().handle((answer, failure) -> answer).get();
                    }
                    open.clear();
                }
            }
            for (Generation each : open) {
                each.completion().handle((answer, failure) -> answer).get();
            }
            open.clear();
            engine.generate(REQUEST);
            assertThat(model.openCaches()).isZero();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (listeners.stream().anyMatch(reference -> reference.get() != null) && System.nanoTime() < end) {
                System.gc();
                Thread.sleep(10);
            }
            assertThat(listeners)
                    .filteredOn(reference -> reference.get() != null)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void a_request_longer_than_the_model_takes_is_refused_before_anything_runs() {
        RuleDenoiser small = new RuleDenoiser(16, (sequence, position) -> 'a');
        try (Engine engine = new Engine(small, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.submit(REQUEST, GenerationListener.NONE))
                    .withMessage("a hole of 16 tokens does not fit in a context of 16 tokens, of which text needs one: "
                            + "ask for at most 15");
            int[] ids = {'a', 'b', 'c'};
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.submit(
                            GenerateRequest.of(ids, 16, DecodeOptions.ofSteps(16)), GenerationListener.NONE))
                    .withMessage("the prompt has 3 tokens and 16 are to be generated, together 19: the model takes "
                            + "at most 16; shorten one of them");
            assertThat(small.passes()).isEmpty();
        }
    }

    @Test
    void a_request_as_long_as_the_model_takes_is_answered() throws Exception {
        RuleDenoiser fitting = new RuleDenoiser(19, (sequence, position) -> 'a');
        try (Engine engine = new Engine(fitting, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            assertThat(engine.submit(REQUEST, GenerationListener.NONE)
                            .await()
                            .cost()
                            .newTokens())
                    .isEqualTo(16);
        }
    }

    @Test
    void a_tokenizer_that_is_not_the_model_s_is_refused() {
        ScriptedDenoiser few =
                new ScriptedDenoiser(100, ByteTokenizer.MASK, (forward, position) -> new ScriptedDenoiser.Answer(1, 1));
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> new Engine(few, new ByteTokenizer(), EngineOptions.DEFAULT))
                .withMessageContaining("the tokenizer has 259 ids but the model's vocab_size is 100");
        ScriptedDenoiser other = new ScriptedDenoiser(260, 7, (forward, position) -> new ScriptedDenoiser.Answer(1, 1));
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> new Engine(other, new ByteTokenizer(), EngineOptions.DEFAULT))
                .withMessageContaining("the tokenizer's mask token is 256, the model's is 7");
    }

    @Test
    void a_request_that_cannot_be_run_is_refused_when_it_is_submitted() {
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.submit(
                            GenerateRequest.of(Document.completion("abc", 15), CACHED), GenerationListener.NONE))
                    .withMessageStartingWith("15 new tokens do not divide into blocks of 4");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            engine.submit(GenerateRequest.of(new int[] {1, 259}, 16, CACHED), GenerationListener.NONE))
                    .withMessage(
                            "id 259 at position 1 of the prompt is not in the model's vocabulary: ids are 0 to 258");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            engine.submit(GenerateRequest.of(new int[] {1, 2}, 0, CACHED), GenerationListener.NONE))
                    .withMessageContaining("nothing to generate");
            assertThat(model.passes()).isEmpty();
        }
    }

    @Test
    void an_engine_without_a_tokenizer_takes_and_gives_ids() throws Exception {
        try (Engine engine = Engine.withoutTokenizer(model, EngineOptions.DEFAULT)) {
            Completion completion = engine.generate(GenerateRequest.of(new int[] {1}, 16, CACHED));
            assertThat(completion.ids()).hasSize(17).doesNotContain(ByteTokenizer.MASK);
            assertThat(completion.text()).isEmpty();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.generate(REQUEST))
                    .withMessage("a text prompt needs a tokenizer and this engine has none: give the prompt as ids");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.generate(
                            GenerateRequest.of(new int[] {1}, 16, CACHED).withStopStrings("a")))
                    .withMessageContaining("stop strings need a tokenizer");
        }
    }

    @Test
    void a_model_that_cannot_make_a_cache_fails_that_request() throws Exception {
        CodaException cause = new CodaException("no memory for a cache");
        AtomicInteger asked = new AtomicInteger();
        RuleDenoiser failing = new RuleDenoiser(100, (sequence, position) -> 'a');
        failing.beforeCache(length -> {
            if (asked.incrementAndGet() == 1) {
                throw cause;
            }
        });
        try (Engine engine = new Engine(failing, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            assertThatThrownBy(() -> engine.generate(REQUEST)).isSameAs(cause);
            assertThat(engine.generate(REQUEST).text()).isEqualTo("aaaaaaaaaaaaaaaa");
        }
    }

    private Engine engine(EngineOptions options) {
        return new Engine(model, Optional.of(new ByteTokenizer()), options, nanos::get);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
