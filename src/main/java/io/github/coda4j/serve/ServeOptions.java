package io.github.coda4j.serve;

import static io.github.coda4j.Checks.check;

import java.time.Duration;

/**
 * Bounds of the work that the server takes.
 *
 * @param maxSessions answers that are worked on at a time, which is also the most for one request; at least 1
 * @param maxQueue further answers that may wait, 0 or more
 * @param requestTimeout the longest time of an answer, waiting included; what there is by then is the answer
 */
public record ServeOptions(int maxSessions, int maxQueue, Duration requestTimeout) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

    public ServeOptions {
        check(maxSessions >= 1, "the number of sessions must be at least 1, got %d", maxSessions);
        check(maxQueue >= 0, "the number of waiting requests must be 0 or positive, got %d", maxQueue);
        check(requestTimeout.isPositive(), "the time limit of a request must be positive, got %s", requestTimeout);
    }
}
