package io.github.coda4j.web;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Repeats what fails for a passing reason. */
public final class Retrier {
    /** Sleeps; a seam so that tests need not. */
    @FunctionalInterface
    public interface Waiter {
        void await(Duration wait) throws InterruptedException;
    }

    /** One try. An {@link IOException} is a passing failure, a {@link CodaException} a final one. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run(Progress progress) throws IOException, InterruptedException;
    }

    /** Lets an attempt say that it got further than all before it, which makes earlier failures forgotten. */
    public static final class Progress {
        private boolean advanced;

        /** This attempt got further than all before it. */
        public void advanced() {
            advanced = true;
        }
    }

    /** Hears of every repetition. */
    @FunctionalInterface
    public interface Listener {
        /** A request failed and is repeated after the wait. */
        void retrying(String what, String reason, Duration wait);
    }

    /** A passing failure with what the other side said of it. */
    public static final class Transient extends IOException {
        private static final long serialVersionUID = 1L;
        private final String advice;
        private final transient Optional<Duration> retryAfter;

        /**
         * @param advice what a person can do when it does not pass
         * @param retryAfter how long the other side wants to be left alone
         */
        public Transient(String message, String advice, Optional<Duration> retryAfter) {
            super(message);
            this.advice = advice;
            this.retryAfter = retryAfter;
        }
    }

    private final RetryPolicy policy;
    private final Waiter waiter;
    private final Listener listener;
    private final String dropped;

    /** @param dropped what a person can do when connections keep breaking off */
    public Retrier(RetryPolicy policy, Waiter waiter, Listener listener, String dropped) {
        this.policy = policy;
        this.waiter = waiter;
        this.listener = listener;
        this.dropped = dropped;
    }

    /**
     * Runs it until it succeeds.
     *
     * @param what for messages, such as the name of a file
     * @throws CodaException when it failed too often in a row, has to wait too long, or is interrupted
     */
    public <T> T run(String what, Attempt<T> attempt) {
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
        String advice = problem instanceof Transient known ? known.advice : dropped;
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

    private CodaException interrupted(String what, Exception cause) {
        Thread.currentThread().interrupt();
        return new CodaException(what + ": interrupted; " + dropped, cause);
    }
}
