package io.github.coda4j.cli.serve;

import io.github.coda4j.Closing;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Lines on their way to whoever reads the log, written by a thread of their own: a reader who stops, for example a pipe
 * that nobody empties, never stops the server. What he is too far behind for is dropped and counted.
 */
final class RequestLog implements AutoCloseable {
    private static final int MOST_WAITING = 10_000;
    private static final long PATIENCE_MILLIS = 2000;

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Consumer<String> writer;
    private final Thread thread;
    private final Closing closing = new Closing();
    private boolean ended; // of the thread alone

    /** @param writer takes one line at a time and may wait */
    RequestLog(Consumer<String> writer) {
        this.writer = writer;
        this.thread = Thread.ofPlatform().daemon().name("coda-request-log").start(this::write);
    }

    /** Puts a line into the log, and does not wait. */
    void add(String line) {
        if (!waiting.offer(() -> writer.accept(line))) {
            dropped.incrementAndGet();
        }
    }

    private void write() {
        while (!ended) {
            try {
                waiting.take().run();
            } catch (InterruptedException e) {
                return;
            }
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                writer.accept("{\"dropped_lines\":" + lost + "}");
            }
        }
    }

    /** Waits a moment for the lines that are left; a writer that still waits then is left alone. */
    @Override
    public void close() {
        closing.once(() -> {
            try {
                if (waiting.offer(() -> ended = true, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    thread.join(PATIENCE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
