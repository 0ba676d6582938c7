package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link Softmax}: the same contract, element by element in double precision. */
final class PlainSoftmax {
    private PlainSoftmax() {}

    /** See {@link Softmax#exponentiate}. */
    static void exponentiate(
            MemorySegment scores,
            NumberKind kind,
            long first,
            int rows,
            int columns,
            float[] inverseSums,
            int sumsFirst) {
        for (int r = 0; r < rows; r++) {
            long at = first + (long) r * columns;
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < columns; i++) {
                max = Math.max(max, PlainElements.get(scores, kind, at + i));
            }
            double sum = 0;
            for (int i = 0; i < columns; i++) {
                double e = Math.exp((float) (PlainElements.get(scores, kind, at + i) - max));
                sum += e;
                PlainElements.put(e, scores, kind, at + i);
            }
            inverseSums[sumsFirst + r] = (float) (1 / sum);
        }
    }
}
