package io.github.coda4j.weights.hub;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Repeats what fails for a passing reason. */
final class Retrier {
    /** Sleeps; a seam so that tests need not. */
    @FunctionalInterface
    interface Waiter {
        void await(Duration wait) throws InterruptedException;
    }

    /** One try. An {@link IOException} is a passing failure, a {@link CodaException} a final one. */
    @FunctionalInterface
    interface Attempt<T> {
        T run(Progress progress) throws IOException, InterruptedException;
    }

    /** Lets an attempt say that it got further than all before it, which makes earlier failures forgotten. */
    static final class Progress {
        private boolean advanced;

        void advanced() {
            advanced = true;
        }
    }

    /** A passing failure with what the hub said of it. */
    static final class Transient extends IOException {
        private static final long serialVersionUID = 1L;
        private final String advice;
        private final transient Optional<Duration> retryAfter;

        Transient(String message, String advice, Optional<Duration> retryAfter) {
            super(message);
            this.advice = advice;
            this.retryAfter = retryAfter;
        }
    }

    private static final String DROPPED = "run it again to continue where it stopped";

    private final RetryPolicy policy;
    private final Waiter waiter;
    private final PullListener listener;

    Retrier(RetryPolicy policy, Waiter waiter, PullListener listener) {
        this.policy = policy;
        this.waiter = waiter;
        this.listener = listener;
    }

    <T> T run(String what, Attempt<T> attempt) {
        int failures = 0;
        while (true) {
            Progress progress = new Progress();
            try {
                return attempt.run(progress);
            } catch (IOException e) {
                failures = progress.advanced ? 1 : failures + 1;
                pause(what, e, failures);
            } catch (InterruptedException e) {
                throw interrupted(what, e);
            }
        }
    }

    private void pause(String what, IOException problem, int failures) {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(what, problem);
        }
        String reason = problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
        Optional<Duration> asked = problem instanceof Transient known ? known.retryAfter : Optional.empty();
        String advice = problem instanceof Transient known ? known.advice : DROPPED;
        if (asked.isPresent() && asked.get().compareTo(policy.longestWait()) > 0) {
            throw new CodaException(
                    what + ": " + reason + " and asks to wait " + asked.get().toSeconds() + " s; " + advice, problem);
        }
        if (failures >= policy.attempts()) {
            throw new CodaException(what + ": " + reason + ", " + failures + " times in a row; " + advice, problem);
        }
        Duration own = policy.waitAfter(failures, ThreadLocalRandom.current().nextDouble());
        Duration wait = asked.filter(time -> time.compareTo(own) > 0).orElse(own);
        listener.retrying(what, reason, wait);
        try {
            waiter.await(wait);
        } catch (InterruptedException e) {
            throw interrupted(what, e);
        }
    }

    private static CodaException interrupted(String what, Exception cause) {
        Thread.currentThread().interrupt();
        return new CodaException(what + ": interrupted; " + DROPPED, cause);
    }
}
