package io.github.coda4j.web;

import static io.github.coda4j.Checks.check;

import java.time.Duration;

/**
 * How often and how fast failed requests are repeated.
 *
 * @param attempts failures in a row, without a new byte between them, after which it is given up; positive
 * @param firstWait before the first repetition; doubles each time, and a random part of up to a half is taken off
 * @param longestWait no wait is longer; a server that asks for more ends it
 * @param stall how long a connection may be silent before it counts as dropped
 */
public record RetryPolicy(int attempts, Duration firstWait, Duration longestWait, Duration stall) {
    /** 6 attempts, 1 second to 2 minutes apart. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(6, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofSeconds(60));

    public RetryPolicy {
        check(attempts > 0, "attempts must be positive, got %d", attempts);
        check(!firstWait.isNegative() && longestWait.compareTo(firstWait) >= 0, "waits must grow from 0 on");
        check(stall.isPositive(), "the stall time must be positive, got %s", stall);
    }

    /**
     * How long to wait; random, so that many do not come back at once.
     *
     * @param failures so far, from 1
     * @param random in [0, 1)
     */
    public Duration waitAfter(int failures, double random) {
        double doubled = firstWait.toMillis() * Math.pow(2, failures - 1);
        double capped = Math.min(doubled, longestWait.toMillis());
        return Duration.ofMillis(Math.round(capped * (1 - random / 2)));
    }
}
