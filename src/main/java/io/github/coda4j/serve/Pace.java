package io.github.coda4j.serve;

import io.github.coda4j.generate.Cost;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;

/** How fast this machine runs text through its model, as answers have shown. */
final class Pace {
    /** Of a new measurement. */
    private static final double WEIGHT = 0.2;

    /** The most masks of an answer that its first forward has: a canvas grows. */
    private static final int FIRST_MASKS = 64;

    private double tokensPerMilli;

    /** As it was when steps were measured. */
    private double tokensPerMilliThen;

    private Optional<Steps> steps = Optional.empty();

    /**
     * What forwards of some rows take against stored keys and values. Between and beyond, times lie on a line.
     *
     * @param fewRows at least 1
     * @param manyRows more than these
     */
    record Steps(int fewRows, double fewMillis, int manyRows, double manyMillis) {
        double of(int rows) {
            double each = Math.max(0, (manyMillis - fewMillis) / (manyRows - fewRows));
            return Math.max(fewMillis, fewMillis + each * (rows - fewRows));
        }
    }

    /** An answer. Where its length was looked for, its first forward is not the one that its time tells of. */
    synchronized void measured(Cost cost) {
        if (cost.forwards() > 0 && cost.lengthForwards() == 0 && cost.windows() == 1 && cost.promptMillis() > 0) {
            int run = cost.promptTokens() - cost.cachedTokens() + Math.min(cost.newTokens(), FIRST_MASKS);
            double measured = run / cost.promptMillis();
            tokensPerMilli = tokensPerMilli == 0 ? measured : WEIGHT * measured + (1 - WEIGHT) * tokensPerMilli;
        }
    }

    /**
     * The most tokens that a forward may have in that time.
     *
     * @param millis 0: no limit
     * @return empty as long as nothing was measured, and without a limit
     */
    synchronized OptionalInt tokensIn(int millis) {
        return millis <= 0 || tokensPerMilli == 0
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, tokensPerMilli * millis));
    }

    /** Steps were measured, right after an answer. */
    synchronized void measured(Steps measured) {
        steps = Optional.of(measured);
        tokensPerMilliThen = tokensPerMilli;
    }

    /**
     * What a forward of so many rows takes against stored keys and values, in milliseconds: as measured, and as much
     * longer or shorter as whole sequences have become since.
     *
     * @return empty where that was not measured
     */
    synchronized Optional<IntToDoubleFunction> stepMillis() {
        double slower = tokensPerMilli > 0 && tokensPerMilliThen > 0 ? tokensPerMilliThen / tokensPerMilli : 1;
        return steps.map(measured -> rows -> slower * measured.of(rows));
    }
}
