package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link Norms}: the same contract, element by element in double precision. */
final class PlainNorms {
    private final int width;

    PlainNorms(int width) {
        this.width = width;
    }

    /** See {@link Norms#add}. */
    void add(MemorySegment residual, Sharded delta, float[] deltaScale, float[] bias, int t) {
        double[] addend = PlainRows.row(delta, t);
        for (int i = 0; i < width; i++) {
            long at = (long) t * width + i;
            double sum = PlainElements.get(residual, NumberKind.F32, at) + addend[i] * deltaScale[t];
            PlainElements.put(bias.length == 0 ? sum : sum + bias[i], residual, NumberKind.F32, at);
        }
    }

    /** See {@link Norms#norm}. */
    void norm(
            MemorySegment residual,
            int t,
            float[] weight,
            double eps,
            MemorySegment out,
            NumberKind kind,
            float[] outScale,
            int outRow) {
        double[] row = new double[width];
        double sum = 0;
        for (int i = 0; i < width; i++) {
            row[i] = PlainElements.get(residual, NumberKind.F32, (long) t * width + i);
            sum += row[i] * row[i];
        }
        for (int i = 0; i < width; i++) {
            row[i] *= weight[i] / Math.sqrt(sum / width + eps);
        }
        outScale[outRow] = PlainElements.putRow(row, out, kind, outRow);
    }
}
