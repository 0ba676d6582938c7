package io.github.coda4j.data;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Threads that work on many small things at once, and lanes that give the results back in the order in which they were
 * asked for.
 */
final class OrderedWorkers implements AutoCloseable {
    private static final int MOST_WAITING = 256;
    private static final long MOST_BYTES_WAITING = 64L << 20;

    private final ExecutorService threads;

    OrderedWorkers(int numThreads) {
        threads = Executors.newFixedThreadPool(
                numThreads, Thread.ofPlatform().daemon().name("coda-data-", 0).factory());
    }

    /** A lane whose results go to the sink, on the thread that submits. */
    <T> Lane<T> lane(Consumer<T> sink) {
        return new Lane<>(sink);
    }

    /** See {@link #lane}. For one thread. */
    final class Lane<T> {
        private record Waiting<T>(Future<T> result, long bytes) {}

        private final Consumer<T> sink;
        private final Queue<Waiting<T>> waiting = new ArrayDeque<>();
        private long bytesWaiting;

        private Lane(Consumer<T> sink) {
            this.sink = sink;
        }

        /** @param bytes how much memory it holds; work that holds too much altogether is waited for */
        void submit(long bytes, Callable<T> work) {
            waiting.add(new Waiting<>(threads.submit(work), bytes));
            bytesWaiting += bytes;
            while (!waiting.isEmpty()
                    && (waiting.size() > MOST_WAITING
                            || bytesWaiting > MOST_BYTES_WAITING
                            || waiting.peek().result.isDone())) {
                deliver();
            }
        }

        /** Waits for all results. */
        void finish() {
            while (!waiting.isEmpty()) {
                deliver();
            }
        }

        private void deliver() {
            Waiting<T> next = waiting.remove();
            bytesWaiting -= next.bytes;
            try {
                sink.accept(next.result.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted");
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException problem -> throw problem;
                    case Error error -> throw error;
                    default -> throw new IllegalStateException(e.getCause());
                }
            }
        }
    }

    @Override
    public void close() {
        for (Runnable neverBegun : threads.shutdownNow()) {
            ((Future<?>) neverBegun).cancel(false); // or whoever waits for it would wait for ever
        }
    }
}
