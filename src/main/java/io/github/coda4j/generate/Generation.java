package io.github.coda4j.generate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A request under way. */
public interface Generation {
    /**
     * Completed when the answer is there, after the listener has heard the last event; exceptionally with the cause
     * when the request failed. What hangs on it runs on the request's own thread, as the listener does.
     *
     * <p>Each call gives a future of its own. Ending one before the answer is there ends the request as {@link #cancel}
     * does: cancelling it, {@code orTimeout}, completing it from outside.
     */
    CompletableFuture<Completion> completion();

    /** Ends the request before its next step; its completion then says CANCELLED. No effect once it has ended. */
    void cancel();

    /**
     * Waits for the answer; throws what made the request fail.
     *
     * @throws InterruptedException when the waiting thread is interrupted; the request is then cancelled. To wait and
     *     leave the request running, use {@link #completion}
     */
    default Completion await() throws InterruptedException {
        CompletableFuture<Completion> completion = completion();
        try {
            return completion.get();
        } catch (InterruptedException e) {
            cancel();
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case Throwable cause -> throw new CompletionException(cause);
            }
        }
    }
}
