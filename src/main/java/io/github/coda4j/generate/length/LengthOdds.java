package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * How probable each length of a hole is, as a model says it that was trained with ceilings: a hole of N masks with a
 * pad behind it. "Position i is a pad" is "the answer has at most i tokens", so the probabilities of the pad along the
 * hole are the distribution function of its length, and their differences the probabilities of the lengths.
 *
 * <p>A model tells few masks apart better than many. So a hole is looked at with several ceilings, each of which says
 * how probable the lengths up to it are among themselves, and the next larger one how probable they are together.
 */
public final class LengthOdds {
    /** What a length has at least: where the model's statements contradict each other, differences are below 0. */
    private static final double LEAST = 1e-4;

    private final double[] logProbabilities;

    private LengthOdds(double[] logProbabilities) {
        this.logProbabilities = logProbabilities;
    }

    /**
     * The lengths from 1 to the largest ceiling.
     *
     * @param pads by ceiling, at least one: the probability of the pad at each mask of the hole, from left to right;
     *     that of the first mask says that there is no answer at all and is not looked at
     */
    public static LengthOdds of(SortedMap<Integer, double[]> pads) {
        check(!pads.isEmpty(), "no ceiling was looked at");
        double[] logs = new double[pads.lastKey()];
        double together = 0;
        for (int ceiling :
                pads.keySet().stream().sorted(Comparator.reverseOrder()).toList()) {
            double[] own = lengths(pads.get(ceiling));
            check(own.length == ceiling, "a ceiling of %d masks has %d probabilities", ceiling, own.length);
            int below =
                    pads.headMap(ceiling).isEmpty() ? 0 : pads.headMap(ceiling).lastKey();
            for (int length = below + 1; length <= ceiling; length++) {
                logs[length - 1] = together + Math.log(own[length - 1]);
            }
            together += Math.log(Arrays.stream(own, 0, below).sum());
        }
        return new LengthOdds(logs);
    }

    /** The probabilities of the lengths of one ceiling. */
    private static double[] lengths(double[] pads) {
        int most = pads.length;
        double[] atMost = rising(pads);
        double[] own = new double[most];
        for (int length = 1; length <= most; length++) {
            double below = length == 1 ? 0 : atMost[length - 1];
            double upTo = length == most ? 1 : atMost[length];
            own[length - 1] = Math.max(LEAST, upTo - below);
        }
        double sum = Arrays.stream(own).sum();
        return Arrays.stream(own).map(probability -> probability / sum).toArray();
    }

    /** The same from position 1 on, never falling: in the middle between the curves that touch it from both sides. */
    private static double[] rising(double[] pads) {
        int most = pads.length;
        double[] above = new double[most];
        double[] below = new double[most];
        for (int i = 1; i < most; i++) {
            above[i] = Math.max(above[i - 1], pads[i]);
        }
        double least = 1;
        for (int i = most - 1; i >= 1; i--) {
            least = Math.min(least, pads[i]);
            below[i] = least;
        }
        return IntStream.range(0, most)
                .mapToDouble(i -> (above[i] + below[i]) / 2)
                .toArray();
    }

    /** The longest length. */
    public int most() {
        return logProbabilities.length;
    }

    /** The logarithm of a length's probability; of one beyond {@link #most} that of the longest. */
    public double log(int length) {
        check(length >= 1, "a length is at least 1, got %d", length);
        return logProbabilities[Math.min(length, logProbabilities.length) - 1];
    }

    /** The most probable lengths, at most so many, the most probable first; of equals the shorter. */
    public List<Integer> probable(int count) {
        return IntStream.rangeClosed(1, most())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer length) -> log(length))
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .toList();
    }
}
