package io.github.coda4j.generate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A request under way. */
public interface Generation {
    /**
     * Completed when the answer is there, after the last event; exceptionally with the cause when the request failed.
     * Completing or cancelling it from outside has no effect on the request.
     */
    CompletableFuture<Completion> completion();

    /** Ends the request before its next step; its completion then says CANCELLED. No effect once it has ended. */
    void cancel();

    /** Waits for the answer; throws what made the request fail. An interrupt leaves the request running. */
    default Completion await() throws InterruptedException {
        CompletableFuture<Completion> completion = completion();
        try {
            return completion.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case Throwable cause -> throw new CompletionException(cause);
            }
        }
    }
}
