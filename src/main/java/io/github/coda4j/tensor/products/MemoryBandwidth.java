package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;

/**
 * How fast this machine reads memory that no cache holds, measured: the roof of steps that read all weights for few
 * tokens. Every worker compares two equal regions of its own, which the JDK does with the widest loads there are and
 * which writes nothing.
 */
public final class MemoryBandwidth {
    /** Bytes of both regions of all workers: more than the caches of the processors of 2026 hold. */
    private static final long BYTES = 512L << 20;

    private MemoryBandwidth() {}

    /**
     * Bytes per second that all workers read together.
     *
     * @param threads cores to use
     * @param rounds how often everything is read; the best time counts
     */
    public static double measure(int threads, int rounds) {
        check(threads > 0, "threads must be positive, got %d", threads);
        check(rounds > 0, "rounds must be positive, got %d", rounds);
        long region = BYTES / 2 / threads;
        try (WorkerTeam team = new WorkerTeam(threads);
                LargePages pages = new LargePages(2 * region)) {
            MemorySegment[] first = new MemorySegment[threads];
            MemorySegment[] second = new MemorySegment[threads];
            team.runOnAll(share -> {
                first[share] = pages.allocate(region).fill((byte) 1);
                second[share] = pages.allocate(region).fill((byte) 1);
            });
            long best = Long.MAX_VALUE;
            for (int round = 0; round < rounds; round++) {
                long begin = System.nanoTime();
                team.runOnAll(share -> check(first[share].mismatch(second[share]) == -1, "memory lost what it held"));
                best = Math.min(best, System.nanoTime() - begin);
            }
            return 1e9 * 2 * region * threads / best;
        }
    }
}
