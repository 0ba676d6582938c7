package io.github.coda4j.eval.score;

import static io.github.coda4j.Checks.check;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The unbiased estimate of the chance that one of k samples of a task passes: 1 - C(n - c, k) / C(n, k) (Chen et al.,
 * "Evaluating Large Language Models Trained on Code", 2021), and its mean over tasks.
 */
public final class PassAtK {
    private static final int RESAMPLES = 10_000;
    private static final double TAIL = 0.025;
    private static final List<Integer> KS = List.of(1, 10, 100);

    private PassAtK() {}

    /**
     * How many samples of a task there are.
     *
     * @param samples at least 1
     * @param passed of them
     */
    public record Counts(int samples, int passed) {
        public Counts {
            check(samples >= 1, "a task needs at least 1 sample, got %d", samples);
            check(0 <= passed && passed <= samples, "of %d samples %d cannot have passed", samples, passed);
        }
    }

    /**
     * A mean with its interval.
     *
     * @param value between 0 and 1
     * @param low where 95 % begin
     * @param high where they end
     */
    public record Interval(double value, double low, double high) {}

    /**
     * The estimate for one task.
     *
     * @param k at least 1; 1.0 when fewer than k samples failed
     */
    public static double of(Counts counts, int k) {
        check(k >= 1, "k must be at least 1, got %d", k);
        int failed = counts.samples() - counts.passed();
        if (failed < k) {
            return 1;
        }
        double none = 1;
        for (int i = failed + 1; i <= counts.samples(); i++) {
            none *= 1 - (double) k / i;
        }
        return 1 - none;
    }

    /** The mean over tasks, each of the same weight. */
    public static double mean(List<Counts> tasks, int k) {
        return tasks.stream().mapToDouble(task -> of(task, k)).average().orElse(0);
    }

    /** Of 1, 10 and 100 those for which every task has enough samples. */
    public static List<Integer> ks(List<Counts> tasks) {
        int fewest = tasks.stream().mapToInt(Counts::samples).min().orElse(0);
        return KS.stream().filter(k -> k <= fewest).toList();
    }

    /**
     * The mean over tasks and the interval in which it lies in 95 % of the sets of as many tasks drawn out of these
     * (percentile bootstrap, 10,000 draws).
     */
    public static Interval interval(List<Counts> tasks, int k, long seed) {
        double[] values = tasks.stream().mapToDouble(task -> of(task, k)).toArray();
        return interval(values, seed);
    }

    /** The same for any one value a task. */
    static Interval interval(double[] values, long seed) {
        check(values.length >= 1, "an interval needs at least one task, got none");
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int j = 0; j < values.length; j++) {
                sum += values[random.nextInt(values.length)];
            }
            means[i] = sum / values.length;
        }
        Arrays.sort(means);
        double value = Arrays.stream(values).average().orElseThrow();
        return new Interval(value, quantile(means, TAIL), quantile(means, 1 - TAIL));
    }

    private static double quantile(double[] sorted, double part) {
        double at = part * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The counts of tasks whose samples are given one after another. */
    static Counts counts(Stream<Boolean> passed) {
        int[] counts = new int[2];
        passed.forEach(one -> {
            counts[0]++;
            counts[1] += one ? 1 : 0;
        });
        return new Counts(counts[0], counts[1]);
    }
}
