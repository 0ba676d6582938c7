package io.github.coda4j.bench.serve;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waiting for what other threads do. */
final class Futures {
    private Futures() {}

    /** The result, or what the work threw. */
    static <T> T get(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case InterruptedException cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
