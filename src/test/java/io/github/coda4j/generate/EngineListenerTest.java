package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners that block, fail or give up, and callers who do: what they hold up and what they do not. */
@Timeout(30)
class EngineListenerTest {
    private static final int TOKENS = 32;
    private static final GenerateRequest REQUEST = GenerateRequest.of(
            Document.completion("abc", TOKENS), DecodeOptions.ofSteps(TOKENS).withBlocks(4, CachePolicy.of("dual")));

    private final RuleDenoiser model = RuleDenoiser.ofHash();
    private final CountDownLatch released = new CountDownLatch(1);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void release() {
        released.countDown();
    }

    /** One that hears nothing before it is released. */
    private GenerationListener blocked() {
        return new GenerationListener() {
            @Override
            public void onStep(StepEvent event) {
                awaitQuietly(released);
                recorder.onStep(event);
            }

            @Override
            public void onText(int hole, String text) {
                awaitQuietly(released);
                recorder.onText(hole, text);
            }
        };
    }

    @Test
    void a_blocked_listener_holds_up_no_other_request() throws Exception {
        try (Engine engine = engine(new EngineOptions(4, 0, 4096))) {
            Generation held = engine.submit(REQUEST, blocked());
            Completion other = engine.submit(REQUEST, new Recorder()).await();
            assertThat(held.completion()).isNotDone();
            released.countDown();
            Completion late = held.await();
            assertThat(late.ids()).isEqualTo(other.ids());
            assertThat(recorder.text(0)).isEqualTo(late.text()).hasSize(TOKENS);
            assertThat(recorder.steps).extracting(StepEvent::step).isSorted().hasSize(TOKENS);
            assertThat(recorder.steps.getLast().canvas())
                    .containsExactly(late.ids().stream().mapToInt(id -> id).toArray());
        }
    }

    @Test
    void a_request_is_not_run_far_ahead_of_its_listener() throws Exception {
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Generation held = engine.submit(REQUEST, blocked());
            awaitIdle();
            assertThat(model.passes()).hasSizeBetween(2, EventQueue.MOST_STEPS_WAITING);
            released.countDown();
            assertThat(held.await().text()).hasSize(TOKENS);
            assertThat(model.passes()).hasSizeGreaterThan(EventQueue.MOST_STEPS_WAITING);
        }
    }

    @Test
    void blocked_listeners_in_all_places_hold_up_no_request_that_waits() throws Exception {
        try (Engine engine = engine(new EngineOptions(2, 16, 4096))) {
            List<Generation> held = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                held.add(engine.submit(REQUEST, blocked()));
            }
            assertThat(engine.generate(REQUEST).finishReason()).isEqualTo(FinishReason.LENGTH);
            released.countDown();
            for (Generation each : held) {
                assertThat(each.await().text()).hasSize(TOKENS);
            }
            assertThat(model.openCaches()).isZero();
        }
    }

    @Test
    void a_request_with_a_blocked_listener_can_be_cancelled() throws Exception {
        try (Engine engine = engine(new EngineOptions(1, 0, 4096))) {
            Generation held = engine.submit(REQUEST, blocked());
            awaitIdle();
            held.cancel();
            assertPlaceIsFree(engine);
            released.countDown();
            assertThat(held.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(recorder.text(0)).isEqualTo(held.await().text());
        }
    }

    @Test
    void a_request_with_a_blocked_listener_ends_at_its_deadline() throws Exception {
        try (Engine engine = engine(new EngineOptions(1, 0, 4096))) {
            Generation held = engine.submit(REQUEST.withDeadline(Duration.ofMillis(200)), blocked());
            awaitIdle();
            assertPlaceIsFree(engine);
            released.countDown();
            assertThat(held.await().finishReason()).isEqualTo(FinishReason.DEADLINE);
        }
    }

    @Test
    void closing_does_not_wait_for_a_blocked_listener() throws Exception {
        Engine engine = engine(EngineOptions.DEFAULT);
        Generation held = engine.submit(REQUEST, blocked());
        awaitIdle();
        engine.close();
        assertThat(held.completion()).isNotDone();
        released.countDown();
        assertThat(held.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void a_listener_hears_all_on_one_thread_that_is_not_the_engine_s() throws Exception {
        CompletableFuture<Thread> runs = new CompletableFuture<>();
        model.beforeForward(plans -> runs.complete(Thread.currentThread()));
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            List<Thread> heard = new CopyOnWriteArrayList<>();
            Generation generation = engine.submit(REQUEST, new GenerationListener() {
                @Override
                public void onStep(StepEvent event) {
                    heard.add(Thread.currentThread());
                }

                @Override
                public void onText(int hole, String text) {
                    heard.add(Thread.currentThread());
                }
            });
            CompletableFuture<Thread> hung = generation.completion().thenApply(_ -> Thread.currentThread());
            generation.await();
            assertThat(heard).hasSizeGreaterThan(TOKENS);
            assertThat(heard.stream().distinct()).hasSize(1);
            assertThat(heard.getFirst()).isNotSameAs(runs.get());
            assertThat(hung.get()).isNotSameAs(runs.get());
        }
    }

    @Test
    void what_hangs_on_an_answer_holds_up_no_other_request() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            CountDownLatch gate = new CountDownLatch(1);
            model.beforeForward(plans -> awaitQuietly(gate));
            Generation first = engine.submit(REQUEST, GenerationListener.NONE);
            CompletableFuture<Void> hung = first.completion().thenAccept(_ -> {
                begun.countDown();
                awaitQuietly(released);
            });
            gate.countDown();
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(engine.generate(REQUEST).text()).hasSize(TOKENS);
            assertThat(hung).isNotDone();
        }
    }

    @Test
    void a_listener_that_throws_ends_its_request_within_a_step_and_hears_no_more() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        CodaException cause = new CodaException("on purpose");
        CountDownLatch thrown = new CountDownLatch(1);
        model.beforeForward(plans -> {
            if (model.passes().size() == 3) {
                awaitQuietly(thrown);
                pause(100); // until the exception has got out of the listener
            }
        });
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Generation failing = engine.submit(REQUEST, new GenerationListener() {
                @Override
                public void onStep(StepEvent event) {
                    if (heard.incrementAndGet() == 2) {
                        thrown.countDown();
                        throw cause;
                    }
                }
            });
            assertThatThrownBy(failing::await).isSameAs(cause);
            assertThat(heard).hasValue(2);
            // One forward may bring two events: steps that commit nothing need none.
            assertThat(model.passes()).hasSizeBetween(1, 4);
            assertThat(model.openCaches()).isZero();
            assertThat(engine.generate(REQUEST).text()).hasSize(TOKENS);
        }
    }

    @Test
    void a_listener_that_throws_at_the_last_event_fails_its_request_all_the_same() {
        IllegalStateException cause = new IllegalStateException("on purpose");
        try (Engine engine = engine(EngineOptions.DEFAULT)) {
            Generation failing = engine.submit(REQUEST, new GenerationListener() {
                @Override
                public void onStep(StepEvent event) {
                    if (event.step() == TOKENS - 1) {
                        throw cause;
                    }
                }
            });
            assertThatThrownBy(failing::await).isSameAs(cause);
        }
    }

    @Test
    void callers_that_give_up_do_not_fill_the_engine() throws Exception {
        model.beforeForward(plans -> pause(2));
        GenerateRequest endless = GenerateRequest.of(
                Document.completion("abc", 2048), DecodeOptions.ofSteps(2048).withBlocks(1, CachePolicy.NONE));
        try (Engine engine = engine(new EngineOptions(8, 8, 4096))) {
            List<Thread> callers = new ArrayList<>();
            CountDownLatch interrupted = new CountDownLatch(16);
            for (int i = 0; i < 16; i++) {
                callers.add(Thread.ofPlatform().start(() -> {
                    try {
                        engine.generate(endless);
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                }));
            }
            for (Thread caller : callers) {
                while (caller.getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
            }
            assertThatThrownBy(() -> engine.generate(REQUEST)).isInstanceOf(EngineBusyException.class);
            callers.forEach(Thread::interrupt);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            assertPlaceIsFree(engine);
            assertThat(model.openCaches()).isZero();
        }
    }

    private Engine engine(EngineOptions options) {
        return new Engine(model, new ByteTokenizer(), options);
    }

    /** Until the engine has nothing that it may run. */
    private void awaitIdle() throws InterruptedException {
        long same = 0;
        int before = -1;
        while (same < 10) {
            Thread.sleep(5);
            same = model.passes().size() == before && before > 0 ? same + 1 : 0;
            before = model.passes().size();
        }
    }

    /** Until a request is taken and answered. */
    private static void assertPlaceIsFree(Engine engine) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try {
                assertThat(engine.generate(REQUEST).text()).hasSize(TOKENS);
                return;
            } catch (EngineBusyException e) {
                assertThat(System.nanoTime()).as("time until a place was free").isLessThan(end);
                Thread.sleep(1);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
