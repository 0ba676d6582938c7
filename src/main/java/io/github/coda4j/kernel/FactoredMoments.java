package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Adafactor's passes over the rows of an F32 matrix (Shazeer and Stern 2018, algorithm 4): sums of squares by row and
 * by column, and the update {@code value += rowFactor * columnFactor * gradient} with its own sum of squares. One
 * instance per thread: it holds scratch.
 */
public final class FactoredMoments {
    /** Rows whose squares are summed up in F32 before they go into the columns' F64 sums. */
    private static final int RUN = 64;

    private final int columns;
    private final float[] run;
    private final float[] lanes = new float[Lanes.WIDTH];

    /** For rows of {@code columns} elements. */
    public FactoredMoments(int columns) {
        this.columns = columns;
        this.run = new float[columns];
    }

    /**
     * Sums of squares of {@code count} rows.
     *
     * @param gradients F32, of which the row {@code i} begins at element {@code first + i * columns}
     * @param rowSums [rows]; those of the rows are set
     * @param columnSums [columns]; added to
     */
    public void squares(MemorySegment gradients, long first, int row, int count, float[] rowSums, double[] columnSums) {
        for (int r = row; r < row + count; r++) {
            long at = Float.BYTES * (first + (long) r * columns);
            float sum = 0;
            for (int i = 0; i < columns; i += Lanes.BLOCK) {
                sum += squares(gradients, at + 4L * i, run, i, Math.min(Lanes.BLOCK, columns - i), lanes);
            }
            rowSums[r] = sum;
            if ((r - row) % RUN == RUN - 1 || r == row + count - 1) {
                flush(columnSums);
            }
        }
    }

    private static float squares(MemorySegment gradients, long at, float[] run, int from, int count, float[] lanes) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x = Lanes.loadF32(gradients, at + 4L * i);
            sum = x.fma(x, sum);
            x.fma(x, FloatVector.fromArray(Lanes.FLOATS, run, from + i)).intoArray(run, from + i);
        }
        float total = Lanes.sum(sum, lanes);
        for (; i < count; i++) {
            float x = Lanes.load1(gradients, NumberKind.F32, at + 4L * i);
            total = Math.fma(x, x, total);
            run[from + i] = Math.fma(x, x, run[from + i]);
        }
        return total;
    }

    private void flush(double[] columnSums) {
        for (int i = 0; i < columns; i++) {
            columnSums[i] += run[i];
            run[i] = 0;
        }
    }

    /** The sum of the squares of {@code rowFactor * columnFactor * gradient} over {@code count} rows. */
    public double updateSquares(
            MemorySegment gradients, long first, int row, int count, float[] rowFactors, float[] columnFactors) {
        double sum = 0;
        for (int r = row; r < row + count; r++) {
            long at = Float.BYTES * (first + (long) r * columns);
            float squares = 0;
            for (int i = 0; i < columns; i += Lanes.BLOCK) {
                int length = Math.min(Lanes.BLOCK, columns - i);
                squares += updateSquares(gradients, at + 4L * i, rowFactors[r], columnFactors, i, length, lanes);
            }
            sum += squares;
        }
        return sum;
    }

    private static float updateSquares(
            MemorySegment gradients,
            long at,
            float rowFactor,
            float[] columnFactors,
            int from,
            int count,
            float[] lanes) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, rowFactor);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector update = Lanes.loadF32(gradients, at + 4L * i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, columnFactors, from + i));
            sum = update.fma(update, sum);
        }
        float total = Lanes.sum(sum, lanes);
        for (; i < count; i++) {
            float update = Lanes.load1(gradients, NumberKind.F32, at + 4L * i) * rowFactor * columnFactors[from + i];
            total = Math.fma(update, update, total);
        }
        return total;
    }

    /**
     * {@code value += factor * rowFactor * columnFactor * gradient} for {@code count} rows.
     *
     * @param values F32, laid out as the gradients
     */
    public void update(
            MemorySegment values,
            MemorySegment gradients,
            long first,
            int row,
            int count,
            float[] rowFactors,
            float[] columnFactors,
            float factor) {
        for (int r = row; r < row + count; r++) {
            long at = Float.BYTES * (first + (long) r * columns);
            for (int i = 0; i < columns; i += Lanes.BLOCK) {
                int length = Math.min(Lanes.BLOCK, columns - i);
                update(values, gradients, at + 4L * i, rowFactors[r], columnFactors, i, length, factor);
            }
        }
    }

    private static void update(
            MemorySegment values,
            MemorySegment gradients,
            long at,
            float rowFactor,
            float[] columnFactors,
            int from,
            int count,
            float factor) {
        FloatVector rows = FloatVector.broadcast(Lanes.FLOATS, rowFactor);
        FloatVector factors = FloatVector.broadcast(Lanes.FLOATS, factor);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector value = Lanes.loadF32(gradients, at + 4L * i)
                    .mul(rows)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, columnFactors, from + i))
                    .fma(factors, Lanes.loadF32(values, at + 4L * i));
            Lanes.storeF32(value, values, at + 4L * i);
        }
        for (; i < count; i++) {
            float update = Lanes.load1(gradients, NumberKind.F32, at + 4L * i) * rowFactor * columnFactors[from + i];
            float value = Math.fma(update, factor, Lanes.load1(values, NumberKind.F32, at + 4L * i));
            Lanes.store1(value, values, NumberKind.F32, at + 4L * i);
        }
    }
}
