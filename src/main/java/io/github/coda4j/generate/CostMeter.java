package io.github.coda4j.generate;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Takes the times of one request. */
final class CostMeter {
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanos;
    private final long submitted;
    private OptionalLong started = OptionalLong.empty();
    private OptionalLong firstCommit = OptionalLong.empty();
    private int commits;
    private int pads;

    CostMeter(LongSupplier nanos) {
        this.nanos = nanos;
        this.submitted = nanos.getAsLong();
    }

    long nanosSinceSubmission() {
        return nanos.getAsLong() - submitted;
    }

    void start() {
        started = OptionalLong.of(nanos.getAsLong());
    }

    void countPads(int count) {
        pads += count;
    }

    void countCommits(int count) {
        commits += count;
        if (count > 0 && firstCommit.isEmpty()) {
            firstCommit = OptionalLong.of(nanos.getAsLong());
        }
    }

    Cost cost(int forwards, int cacheRefreshes, int promptTokens, int newTokens) {
        long end = nanos.getAsLong();
        long start = started.orElse(end);
        long first = firstCommit.orElse(end);
        return new Cost(
                        forwards,
                        cacheRefreshes,
                        commits,
                        promptTokens,
                        newTokens,
                        (start - submitted) / NANOS_PER_MILLI,
                        (first - start) / NANOS_PER_MILLI,
                        (end - first) / NANOS_PER_MILLI)
                .withPads(pads);
    }
}
