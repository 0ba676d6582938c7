package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

/**
 * How often something is timed.
 *
 * @param warmUp times before those that count, 0 or more
 * @param rounds times that count, at least 1; the median is the result
 */
public record Timing(int warmUp, int rounds) {
    public Timing {
        check(rounds >= 1, "rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "warm-up must be 0 or positive, got %d", warmUp);
    }

    /** Median seconds of the work. */
    double seconds(Runnable work) {
        for (int i = 0; i < warmUp; i++) {
            work.run();
        }
        double[] seconds = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long begin = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        return median(seconds);
    }

    /** The upper median. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
