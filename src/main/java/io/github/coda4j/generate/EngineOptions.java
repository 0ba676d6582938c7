package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import java.lang.management.ManagementFactory;

/**
 * Bounds of an engine.
 *
 * @param maxSessions requests worked on at the same time, each with its own cache; at least 1
 * @param maxQueued further requests that may wait, 0 or more; beyond them a request is refused
 * @param maxPackedTokens tokens run in one forward pass; a single plan that is longer runs alone; at least 1
 * @param keptBytes the most memory of keys and values that answers of a block-causal model leave to requests that begin
 *     as they did, so that the earlier turns of a conversation are not run again; 0: none are kept. Of no effect where
 *     a model sees the whole sequence
 */
public record EngineOptions(int maxSessions, int maxQueued, int maxPackedTokens, long keptBytes) {
    private static final long MOST_KEPT = 1_000_000_000;
    private static final int PART_OF_MEMORY = 16;

    /** A sixteenth of the machine's memory, 1 GB at most; the least that a machine is taken to have is 2 GB. */
    public static final long KEPT_BYTES = Math.min(MOST_KEPT, memory() / PART_OF_MEMORY);

    /** Eight at a time, 64 waiting, 4,096 tokens in a pass. */
    public static final EngineOptions DEFAULT = new EngineOptions(8, 64, 4096);

    public EngineOptions {
        check(maxSessions >= 1, "the number of sessions must be at least 1, got %d", maxSessions);
        check(maxQueued >= 0, "the number of queued requests must be 0 or positive, got %d", maxQueued);
        check(maxPackedTokens >= 1, "the packed tokens of a forward must be at least 1, got %d", maxPackedTokens);
        check(keptBytes >= 0, "the bytes that are kept must be 0 or positive, got %d", keptBytes);
    }

    /** Keeps up to {@link #KEPT_BYTES}. */
    public EngineOptions(int maxSessions, int maxQueued, int maxPackedTokens) {
        this(maxSessions, maxQueued, maxPackedTokens, KEPT_BYTES);
    }

    /** The same with another bound of what is kept; 0: nothing. */
    public EngineOptions withKeptBytes(long bytes) {
        return new EngineOptions(maxSessions, maxQueued, maxPackedTokens, bytes);
    }

    private static long memory() {
        long least = 2_000_000_000;
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.max(least, system.getTotalMemorySize())
                : least;
    }
}
