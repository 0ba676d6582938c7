package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Comparisons of sums whose terms may have been added in another order: by other vectors, another packing or another
 * division among threads. What such an order moves is small against the largest number of a tensor, not against each of
 * them, because terms cancel.
 */
public final class Near {
    private Near() {}

    /**
     * Fails unless no element differs by more than a share of the largest magnitude that is expected.
     *
     * @param share for example 1e-5
     */
    public static void assertNear(String what, float[] actual, float[] expected, double share) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double largest = 0;
        double farthest = 0;
        int where = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double distance = Math.abs((double) actual[i] - expected[i]);
            if (!(distance <= farthest)) { // true of NaN
                farthest = distance;
                where = i;
            }
        }
        assertThat(farthest)
                .as("%s: distance at element %d, where the largest magnitude is %s", what, where, largest)
                .isLessThanOrEqualTo(share * largest);
    }

    /** The same for one number, which differs by no more than a share of what is expected. */
    public static void assertNear(String what, double actual, double expected, double share) {
        assertNear(what, actual, expected, share, Math.abs(expected));
    }

    /** The same where terms of a given magnitude were added. */
    public static void assertNear(String what, double actual, double expected, double share, double magnitude) {
        assertThat(Math.abs(actual - expected))
                .as("%s: distance of %s from %s", what, actual, expected)
                .isLessThanOrEqualTo(share * magnitude);
    }
}
