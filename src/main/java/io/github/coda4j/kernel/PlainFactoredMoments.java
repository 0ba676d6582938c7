package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link FactoredMoments}: the same contract, element by element. */
final class PlainFactoredMoments {
    private final int columns;

    PlainFactoredMoments(int columns) {
        this.columns = columns;
    }

    /** See {@link FactoredMoments#squares}. */
    void squares(MemorySegment gradients, long first, int row, int count, float[] rowSums, double[] columnSums) {
        for (int r = row; r < row + count; r++) {
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                double x = PlainElements.get(gradients, NumberKind.F32, first + (long) r * columns + c);
                sum += x * x;
                columnSums[c] += x * x;
            }
            rowSums[r] = (float) sum;
        }
    }

    /** See {@link FactoredMoments#updateSquares}. */
    double updateSquares(
            MemorySegment gradients, long first, int row, int count, float[] rowFactors, float[] columnFactors) {
        double sum = 0;
        for (int r = row; r < row + count; r++) {
            for (int c = 0; c < columns; c++) {
                double x = PlainElements.get(gradients, NumberKind.F32, first + (long) r * columns + c);
                double update = x * rowFactors[r] * columnFactors[c];
                sum += update * update;
            }
        }
        return sum;
    }

    /** See {@link FactoredMoments#update}. */
    void update(
            MemorySegment values,
            MemorySegment gradients,
            long first,
            int row,
            int count,
            float[] rowFactors,
            float[] columnFactors,
            float factor) {
        for (int r = row; r < row + count; r++) {
            for (int c = 0; c < columns; c++) {
                long i = first + (long) r * columns + c;
                double update =
                        (double) PlainElements.get(gradients, NumberKind.F32, i) * rowFactors[r] * columnFactors[c];
                double value = PlainElements.get(values, NumberKind.F32, i) + factor * update;
                PlainElements.put(value, values, NumberKind.F32, i);
            }
        }
    }
}
