package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;

import java.util.List;

/**
 * What a model's confidence in an empty hole is worth by itself at each length: B(L) = fast e^(-fastRate L) + slow
 * e^(-slowRate L) + floor, from CAL ("Calibrated Adaptive Length"). A model is surer of short holes wherever they are;
 * the confidence divided by this says how much surer it is here.
 *
 * @param fast 0 or more
 * @param fastRate positive
 * @param slow 0 or more
 * @param slowRate positive
 * @param floor 0 or more; one of the three summands is positive
 */
public record LengthBias(double fast, double fastRate, double slow, double slowRate, double floor) {
    /** None: every length counts as it is. */
    public static final LengthBias NONE = new LengthBias(0, 1, 0, 1, 1);

    /** Published for Dream-Coder 7B, in place of a model's own. */
    public static final LengthBias PUBLISHED = new LengthBias(1.00, 1.77, 0.56, 0.06, 0.24);

    public LengthBias {
        for (double value : List.of(fast, slow, floor)) {
            check(value >= 0 && Double.isFinite(value), "the weights of a length bias are 0 or more, got %s", value);
        }
        for (double rate : List.of(fastRate, slowRate)) {
            check(rate > 0 && Double.isFinite(rate), "the rates of a length bias are positive, got %s", rate);
        }
        check(fast + slow + floor > 0, "a length bias is positive, got 0 for every length");
    }

    /** The bias of a length, at least 1; above 0. */
    public double of(int length) {
        check(length >= 1, "a length is at least 1, got %d", length);
        double bias = fast * Math.exp(-fastRate * length) + slow * Math.exp(-slowRate * length) + floor;
        return Math.max(bias, Double.MIN_NORMAL);
    }

    /**
     * The curve that fits means best, by the sum of squared differences. The two rates come from a grid that is made
     * finer around the best, the weights from linear least squares with none below 0; the same means give the same
     * curve.
     *
     * @param lengths of the holes, each at least 1; at least 5 different ones
     * @param means the mean confidence in empty holes of each
     */
    public static LengthBias fit(List<Integer> lengths, List<Double> means) {
        check(lengths.size() == means.size(), "%d lengths have %d means", lengths.size(), means.size());
        check(
                lengths.stream().distinct().count() >= 5,
                "5 parameters need means of at least 5 lengths, got %d",
                lengths.stream().distinct().count());
        return BiasFit.of(
                lengths.stream().mapToInt(n -> n).toArray(),
                means.stream().mapToDouble(m -> m).toArray());
    }
}
