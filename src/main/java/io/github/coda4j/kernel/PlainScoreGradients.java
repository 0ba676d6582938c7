package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link ScoreGradients}: the same contract, element by element in double precision. */
final class PlainScoreGradients {
    private PlainScoreGradients() {}

    /** See {@link ScoreGradients#probabilities}. */
    static void probabilities(
            MemorySegment scores, NumberKind kind, long first, int rows, int columns, float[] logSums, int sumsFirst) {
        for (long i = 0; i < (long) rows * columns; i++) {
            double x = PlainElements.get(scores, kind, first + i) - logSums[(int) (sumsFirst + i % columns)];
            PlainElements.put(Math.exp(x), scores, kind, first + i);
        }
    }

    /** See {@link ScoreGradients#backward}. */
    static void backward(
            MemorySegment probabilities,
            MemorySegment gradients,
            NumberKind kind,
            long first,
            int rows,
            int columns,
            float[] dots,
            int dotsFirst) {
        for (long i = 0; i < (long) rows * columns; i++) {
            double dp = PlainElements.get(gradients, kind, first + i);
            double p = PlainElements.get(probabilities, kind, first + i);
            PlainElements.put(p * (dp - dots[(int) (dotsFirst + i % columns)]), gradients, kind, first + i);
        }
    }
}
