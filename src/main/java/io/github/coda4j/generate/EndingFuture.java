package io.github.coda4j.generate;

import java.util.concurrent.CompletableFuture;

/** What {@link Generation#completion} gives out: futures whose early end ends the request. */
final class EndingFuture {
    private EndingFuture() {}

    /** A future of its own that ends as {@code answer} does; ended before it, by whomever, it calls {@code end}. */
    static <T> CompletableFuture<T> of(CompletableFuture<T> answer, Runnable end) {
        CompletableFuture<T> copy = answer.copy();
        copy.whenComplete((_, _) -> {
            if (!answer.isDone()) {
                end.run();
            }
        });
        return copy;
    }
}
