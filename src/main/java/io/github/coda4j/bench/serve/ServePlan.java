package io.github.coda4j.bench.serve;

import static io.github.coda4j.Checks.check;

import java.time.Duration;

/**
 * What is measured.
 *
 * @param clients that ask at the same time, at least 1
 * @param time of the mixed load
 * @param aborts requests whose clients leave, 0 or more
 * @param idleStreams that wait for the model, 0 or more
 * @param rounds of the comparison of one client and eight, at least 1
 * @param patience how long nothing may come before a request counts as hung
 * @param seed of what the clients do
 */
public record ServePlan(
        int clients, Duration time, int aborts, int idleStreams, int rounds, Duration patience, long seed) {
    public ServePlan {
        check(clients >= 1, "the number of clients must be at least 1, got %d", clients);
        check(time.isPositive(), "the time of the load must be positive, got %s", time);
        check(aborts >= 0, "the number of aborted requests must be 0 or positive, got %d", aborts);
        check(idleStreams >= 0, "the number of idle streams must be 0 or positive, got %d", idleStreams);
        check(rounds >= 1, "the number of rounds must be at least 1, got %d", rounds);
        check(patience.isPositive(), "the patience of clients must be positive, got %s", patience);
    }
}
