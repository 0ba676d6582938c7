package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

/**
 * What an answer took.
 *
 * @param forwards forward passes that this sequence took part in
 * @param cacheRefreshes how many of them filled its cache
 * @param commits positions committed
 * @param promptTokens tokens that were given
 * @param newTokens tokens in the answers
 * @param queueMillis from submission to the start of the work
 * @param promptMillis from the start of the work to the first commit, or to its end when there is none
 * @param decodeMillis from the first commit to the end
 */
public record Cost(
        int forwards,
        int cacheRefreshes,
        int commits,
        int promptTokens,
        int newTokens,
        double queueMillis,
        double promptMillis,
        double decodeMillis) {
    public Cost {
        check(
                forwards >= 0 && cacheRefreshes >= 0 && commits >= 0 && promptTokens >= 0 && newTokens >= 0,
                "counts of a cost must be 0 or positive, got %d forwards, %d refreshes, %d commits, %d and %d tokens",
                forwards,
                cacheRefreshes,
                commits,
                promptTokens,
                newTokens);
        check(
                queueMillis >= 0 && promptMillis >= 0 && decodeMillis >= 0,
                "times of a cost must be 0 or positive, got %s, %s and %s ms",
                queueMillis,
                promptMillis,
                decodeMillis);
    }

    /** Commits per forward pass; 0 without a forward. */
    public double commitsPerForward() {
        return forwards == 0 ? 0 : (double) commits / forwards;
    }

    /** New tokens per second of work (prompt and decode, not the queue); 0 when nothing was measured. */
    public double tokensPerSecond() {
        double millis = promptMillis + decodeMillis;
        return millis == 0 ? 0 : newTokens * 1000.0 / millis;
    }
}
