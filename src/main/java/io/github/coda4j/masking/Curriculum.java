package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Progressive masking over a run (CoDA report, section on progressive masking): which probabilities, block sizes and
 * noise hold at a step. Lists of numbers have one value for each epoch and begin again after the last one; a list of
 * one value holds in all of them. The run's steps are cut in {@code epochs} equal parts.
 *
 * @param growth how the three probabilities come to their targets; lists by epoch need a constant one
 * @param prefixProbability S1 by epoch, each in [0, 1]
 * @param truncateProbability S2 by epoch, each in [0, 1]
 * @param blockProbability S3 by epoch, each in [0, 1]
 * @param blockSizes S3's sizes in stages of equal length over the run; one stage holds all the time
 * @param eps least noise level by epoch, each in (0, 1)
 * @param promptRamp share of the run's steps, in [0, 1], in which the prompt that is given unmasked grows from nothing
 *     to all of it; 0 is all of it from the first step
 * @param epochs how many epochs the run counts, at least 1
 * @param totalSteps steps of the run, at least 1
 */
public record Curriculum(
        Growth growth,
        List<Double> prefixProbability,
        List<Double> truncateProbability,
        List<Double> blockProbability,
        List<List<Integer>> blockSizes,
        List<Double> eps,
        double promptRamp,
        int epochs,
        long totalSteps) {
    public Curriculum {
        requireNonNull(growth, "growth is null");
        check(epochs >= 1, "a run must have at least 1 epoch, got %d", epochs);
        check(totalSteps >= 1, "a curriculum needs the steps of the run, at least 1, got %d", totalSteps);
        checkShare("prompt ramp", promptRamp);
        prefixProbability = shares("prefix probability", prefixProbability, growth, epochs);
        truncateProbability = shares("truncate probability", truncateProbability, growth, epochs);
        blockProbability = shares("block probability", blockProbability, growth, epochs);
        eps = byEpoch("eps", eps, epochs);
        eps.forEach(Curriculum::checkEps);
        check(!blockSizes.isEmpty(), "block sizes need at least one stage");
        check(
                blockSizes.size() <= totalSteps,
                "%d stages of block sizes do not fit in %d steps; give fewer stages",
                blockSizes.size(),
                totalSteps);
        blockSizes = blockSizes.stream().map(List::copyOf).toList();
        for (List<Integer> stage : blockSizes) {
            stage.forEach(size -> check(size >= 1, "a block size must be at least 1, got %d", size));
        }
    }

    /** Noise alone at every step. */
    public static Curriculum plain(double eps) {
        return constant(0, 0, 0, List.of(), eps);
    }

    /** The same levels at every step. */
    public static Curriculum constant(
            double prefixProbability,
            double truncateProbability,
            double blockProbability,
            List<Integer> blockSizes,
            double eps) {
        return new Curriculum(
                new Growth.Constant(),
                List.of(prefixProbability),
                List.of(truncateProbability),
                List.of(blockProbability),
                List.of(blockSizes),
                List.of(eps),
                0,
                1,
                1);
    }

    /** What holds at a step; steps count from 0. */
    public MaskingLevels at(long step) {
        int epoch = epochOf(step);
        double grown = growth.at(step);
        return new MaskingLevels(
                of(prefixProbability, epoch) * grown,
                of(truncateProbability, epoch) * grown,
                of(blockProbability, epoch) * grown,
                blockSizes.get(stageOf(step)),
                of(eps, epoch),
                promptShareAt(step));
    }

    /** The epoch of a step, from 0. */
    public int epochOf(long step) {
        return (int) ((double) step / totalSteps * epochs);
    }

    private int stageOf(long step) {
        int stage = 0;
        while (stage + 1 < blockSizes.size() && step >= (stage + 1) * totalSteps / blockSizes.size()) {
            stage++;
        }
        return stage;
    }

    private double promptShareAt(long step) {
        double rampSteps = totalSteps * promptRamp;
        return step < rampSteps ? step / rampSteps : 1;
    }

    static <T> T of(List<T> values, int epoch) {
        return values.get(epoch % values.size());
    }

    private static List<Double> shares(String name, List<Double> values, Growth growth, int epochs) {
        check(
                values.size() <= 1 || growth instanceof Growth.Constant,
                "%s has a value for each epoch and a linear schedule; give one value, or make the schedule constant",
                name);
        values.forEach(value -> checkShare(name, value));
        return byEpoch(name, values, epochs);
    }

    private static List<Double> byEpoch(String name, List<Double> values, int epochs) {
        check(!values.isEmpty(), "%s needs at least one value", name);
        checkByEpoch(name, values, epochs);
        return List.copyOf(values);
    }

    static void checkByEpoch(String name, List<?> values, int epochs) {
        check(
                values.size() <= epochs,
                "%s has values for %d epochs, but the run has %d; set the epochs or shorten the list",
                name,
                values.size(),
                epochs);
    }

    static void checkShare(String name, double value) {
        check(value >= 0 && value <= 1, "%s must be in [0, 1], got %s", name, value);
    }

    static void checkEps(double value) {
        check(value > 0 && value < 1, "eps, the least noise level, must be in (0, 1), got %s", value);
    }
}
