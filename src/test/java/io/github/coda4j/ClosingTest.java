package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ClosingTest {
    private final Closing closing = new Closing();

    @Test
    void the_work_is_done_once_also_when_it_fails() {
        AtomicInteger freed = new AtomicInteger();
        assertThatThrownBy(() -> closing.once(() -> {
                    freed.incrementAndGet();
                    throw new IllegalStateException("disk full");
                }))
                .hasMessage("disk full");
        closing.once(freed::incrementAndGet);
        assertThat(freed).hasValue(1);
        assertThat(closing.isClosed()).isTrue();
    }

    @Test
    void a_second_close_returns_when_the_first_is_done() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch secondReturned = new CountDownLatch(1);
        Thread first = Thread.ofPlatform()
                .start(() -> closing.once(() -> {
                    begun.countDown();
                    awaitQuietly(mayEnd);
                }));
        begun.await();
        Thread second = Thread.ofPlatform().start(() -> {
            closing.once(() -> {});
            secondReturned.countDown();
        });
        assertThat(secondReturned.await(100, TimeUnit.MILLISECONDS)).isFalse();
        mayEnd.countDown();
        second.join();
        first.join();
        assertThat(secondReturned.getCount()).isZero();
    }

    @Test
    void a_close_from_inside_the_work_returns_at_once() {
        AtomicInteger freed = new AtomicInteger();
        closing.once(() -> {
            freed.incrementAndGet();
            closing.once(freed::incrementAndGet);
        });
        assertThat(freed).hasValue(1);
    }

    @Test
    void what_is_closed_refuses_with_its_name() {
        closing.checkOpen("the model");
        closing.once(() -> {});
        assertThatThrownBy(() -> closing.checkOpen("the model"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
    }

    @Test
    void all_parts_are_closed_though_some_fail() {
        List<String> closed = new ArrayList<>();
        assertThatThrownBy(() -> Closing.all(
                        () -> closed.add("a"),
                        () -> {
                            throw new java.io.IOException("no space");
                        },
                        () -> closed.add("c"),
                        () -> {
                            throw new IllegalStateException("later");
                        }))
                .isInstanceOf(CodaException.class)
                .hasMessage("cannot close: no space")
                .satisfies(e -> assertThat(e.getCause().getSuppressed()).hasSize(1));
        assertThat(closed).containsExactly("a", "c");
        Closing.all();
    }

    @Test
    void waiting_for_a_thread_outlasts_an_interrupt() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Thread worker = Thread.ofPlatform().start(() -> awaitQuietly(mayEnd));
        boolean[] seen = new boolean[2];
        Thread waiting = Thread.ofPlatform().start(() -> {
            Closing.awaitEnd(worker);
            seen[0] = worker.isAlive();
            seen[1] = Thread.currentThread().isInterrupted();
        });
        waiting.interrupt();
        waiting.join(100);
        assertThat(waiting.isAlive()).isTrue();
        mayEnd.countDown();
        waiting.join();
        assertThat(seen).containsExactly(false, true);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
