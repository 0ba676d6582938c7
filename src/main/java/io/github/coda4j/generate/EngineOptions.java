package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

/**
 * Bounds of an engine.
 *
 * @param maxSessions requests worked on at the same time, each with its own cache; at least 1
 * @param maxQueued further requests that may wait, 0 or more; beyond them a request is refused
 * @param maxPackedTokens tokens run in one forward pass; a single plan that is longer runs alone; at least 1
 */
public record EngineOptions(int maxSessions, int maxQueued, int maxPackedTokens) {
    /** Eight at a time, 64 waiting, 4,096 tokens in a pass. */
    public static final EngineOptions DEFAULT = new EngineOptions(8, 64, 4096);

    public EngineOptions {
        check(maxSessions >= 1, "the number of sessions must be at least 1, got %d", maxSessions);
        check(maxQueued >= 0, "the number of queued requests must be 0 or positive, got %d", maxQueued);
        check(maxPackedTokens >= 1, "the packed tokens of a forward must be at least 1, got %d", maxPackedTokens);
    }
}
