package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.ScriptedGenerator.Script;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers rely on, for the engine and for the fake that stands in for it. */
@Timeout(30)
class GeneratorContractTest {
    private static final String ANSWER = "def f()";
    private static final GenerateRequest REQUEST = GenerateRequest.of(
            Document.completion("abc", ANSWER.length()),
            DecodeOptions.ofSteps(ANSWER.length()).withBlocks(1, CachePolicy.NONE));

    private final CountDownLatch gate = new CountDownLatch(1);
    private final RuleDenoiser model = new RuleDenoiser(100, (sequence, position) -> ANSWER.charAt(position - 3));
    private final Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT);

    @AfterEach
    void close() {
        gate.countDown();
        engine.close();
    }

    @Test
    void the_pieces_put_together_are_the_answer() throws Exception {
        for (Generator generator : generators(Script.says("def ", "f", "()").endingWith(FinishReason.LENGTH))) {
            Recorder recorder = new Recorder();
            Completion completion = generator.submit(REQUEST, recorder).await();
            assertThat(completion.text()).isEqualTo(ANSWER).isEqualTo(recorder.text(0));
            assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(completion.cost().newTokens()).isEqualTo(ANSWER.length());
        }
    }

    @Test
    void a_cancelled_request_ends_with_what_was_streamed() throws Exception {
        CountDownLatch streamed = new CountDownLatch(1);
        model.beforeForward(plans -> {
            if (plans.getFirst().positions()[0] == 5) {
                streamed.countDown();
                awaitQuietly(gate);
            }
        });
        for (Generator generator : generators(Script.says("de", "f").holding())) {
            Recorder recorder = new Recorder();
            Generation generation = generator.submit(REQUEST, recorder);
            if (generator == engine) {
                assertThat(streamed.await(10, TimeUnit.SECONDS)).isTrue();
            }
            generation.cancel();
            gate.countDown();
            Completion completion = generation.await();
            assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(completion.text()).isEqualTo("def").isEqualTo(recorder.text(0));
        }
    }

    @Test
    void a_listener_that_throws_fails_its_request_with_that() {
        IllegalStateException cause = new IllegalStateException("on purpose");
        for (Generator generator : generators(Script.says(ANSWER))) {
            Generation generation = generator.submit(REQUEST, new GenerationListener() {
                @Override
                public void onText(int hole, String text) {
                    throw cause;
                }
            });
            assertThatThrownBy(generation::await).isSameAs(cause);
        }
    }

    @Test
    void a_caller_that_is_interrupted_ends_its_request() throws Exception {
        for (Generator generator : held()) {
            CompletableFuture<Generation> submitted = new CompletableFuture<>();
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread caller = Thread.ofPlatform().start(() -> {
                Generation generation = generator.submit(REQUEST, GenerationListener.NONE);
                submitted.complete(generation);
                try {
                    generation.await();
                } catch (Throwable t) {
                    thrown.complete(t);
                }
            });
            Generation generation = submitted.get();
            caller.interrupt();
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertEndsAsCancelled(generation);
        }
    }

    @Test
    void a_future_that_is_cancelled_ends_its_request() throws Exception {
        for (Generator generator : held()) {
            Generation generation = generator.submit(REQUEST, GenerationListener.NONE);
            generation.completion().cancel(false);
            assertEndsAsCancelled(generation);
        }
    }

    @Test
    void a_future_that_times_out_ends_its_request() throws Exception {
        for (Generator generator : held()) {
            Generation generation = generator.submit(REQUEST, GenerationListener.NONE);
            CompletableFuture<Completion> impatient = generation.completion().orTimeout(1, TimeUnit.MILLISECONDS);
            assertThatThrownBy(impatient::join).hasRootCauseInstanceOf(TimeoutException.class);
            assertEndsAsCancelled(generation);
        }
    }

    /** Generators whose request does not end by itself. */
    private Generator[] held() {
        CountDownLatch first = new CountDownLatch(1);
        model.beforeForward(plans -> {
            if (first.getCount() == 0) {
                awaitQuietly(gate);
            }
            first.countDown();
        });
        return generators(Script.says("de").holding());
    }

    private void assertEndsAsCancelled(Generation generation) throws Exception {
        gate.countDown();
        Completion completion = generation.completion().get(10, TimeUnit.SECONDS);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(model.passes()).as("a step under way is the last").hasSizeLessThanOrEqualTo(2);
    }

    private Generator[] generators(Script script) {
        return new Generator[] {engine, ScriptedGenerator.always(script)};
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
