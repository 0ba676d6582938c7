package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.stream.LongStream;

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

    /**
     * What a piece of work took, medians.
     *
     * @param seconds on the clock
     * @param processorSeconds of all Java threads together, which waiting for a busy core does not lengthen; NaN where
     *     the system does not tell
     */
    record Taken(double seconds, double processorSeconds) {}

    /** Median seconds of the work. */
    double seconds(Runnable work) {
        return measure(work).seconds();
    }

    Taken measure(Runnable work) {
        for (int i = 0; i < warmUp; i++) {
            work.run();
        }
        double[] seconds = new double[rounds];
        double[] processorSeconds = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long processor = processorNanos();
            long begin = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - begin) / 1e9;
            processorSeconds[i] = processor < 0 ? Double.NaN : (processorNanos() - processor) / 1e9;
        }
        return new Taken(median(seconds), median(processorSeconds));
    }

    /** Nanoseconds of processor time of all Java threads so far; negative where the system does not tell. */
    private static long processorNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        if (!threads.isThreadCpuTimeSupported()) {
            return -1;
        }
        // one that has ended meanwhile counts as -1 ns
        return LongStream.of(threads.getAllThreadIds())
                .map(threads::getThreadCpuTime)
                .sum();
    }

    /** The upper median. */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
