package io.github.coda4j.pjrt;

import io.github.coda4j.Closing;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads for what compiles or waits inside a plugin: compilers recurse deeply, so they have large stacks, and whoever
 * waits for a device that never answers can stop waiting.
 */
final class PjrtThreads implements AutoCloseable {
    private static final long STACK_BYTES = 64L << 20;

    private final ExecutorService threads = Executors.newCachedThreadPool(Thread.ofPlatform()
            .daemon()
            .name("coda-pjrt-", 0)
            .stackSize(STACK_BYTES)
            .factory());
    private final Closing closing = new Closing();

    /**
     * Runs the work on a thread of its own and waits for it, as long as it takes.
     *
     * @param doing for messages
     */
    <T> T call(String doing, Callable<T> work) {
        return call(doing, Duration.ofNanos(Long.MAX_VALUE), () -> {}, work);
    }

    /**
     * Runs the work on a thread of its own and waits for it.
     *
     * @param doing for messages
     * @param patience after which it is left alone; it goes on by itself
     * @param leftAlone told when it is
     * @throws PjrtException with {@link PjrtCode#DEADLINE_EXCEEDED} when it is not done in time, with
     *     {@link PjrtCode#CANCELLED} when the waiting thread is interrupted, which it stays
     */
    <T> T call(String doing, Duration patience, Runnable leftAlone, Callable<T> work) {
        closing.checkOpen("the client");
        Future<T> future = threads.submit(work);
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            leftAlone.run();
            throw new PjrtException(
                    PjrtCode.DEADLINE_EXCEEDED,
                    doing,
                    "there was no answer for " + Math.max(1, patience.toSeconds())
                            + " s; the device is taken for lost");
        } catch (InterruptedException _) {
            leftAlone.run();
            Thread.currentThread().interrupt();
            throw new PjrtException(PjrtCode.CANCELLED, doing, "the waiting thread was interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(doing + " failed", e.getCause());
            }
        }
    }

    @Override
    public void close() {
        closing.once(threads::shutdown);
    }
}
