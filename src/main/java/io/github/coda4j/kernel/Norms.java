package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Residual addition fused with RMS norm (Zhang and Sennrich 2019): {@code r += d; y = r / sqrt(mean(r^2) + eps) * w},
 * in F32 inside, written in the kind that the next product wants.
 */
public final class Norms {
    private final int width;
    private final float[] row;
    private final float[] lanes = new float[Lanes.WIDTH];

    /** For rows of {@code width} elements. One instance per thread: it holds scratch. */
    public Norms(int width) {
        this.width = width;
        this.row = new float[width];
    }

    /**
     * {@code residual[t] += delta[t] * deltaScale[t] + bias} for row t.
     *
     * @param residual F32 [T, width]
     * @param delta [T, width] in parts
     * @param deltaScale one factor per row
     * @param bias [width], or an empty array for none
     */
    public void add(MemorySegment residual, Sharded delta, float[] deltaScale, float[] bias, int t) {
        long residualRow = (long) t * width * Float.BYTES;
        long at = residualRow;
        for (int p = 0; p < delta.parts().length; p++) {
            int partWidth = delta.widths()[p];
            addPart(residual, at, delta.parts()[p], delta.kind(), (long) t * partWidth, partWidth, deltaScale[t]);
            at += (long) partWidth * Float.BYTES;
        }
        for (int i = 0; i < bias.length; i += Lanes.BLOCK) {
            addBias(residual, residualRow + 4L * i, bias, i, Math.min(Lanes.BLOCK, bias.length - i));
        }
    }

    private static void addPart(
            MemorySegment residual, long at, MemorySegment part, NumberKind kind, long first, int count, float scale) {
        for (int i = 0; i < count; i += Lanes.BLOCK) {
            int length = Math.min(Lanes.BLOCK, count - i);
            switch (kind) {
                case F32 -> addF32(residual, at + 4L * i, part, 4 * (first + i), length, scale);
                case BF16 -> addBf16(residual, at + 4L * i, part, 2 * (first + i), length, scale);
                case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
            }
        }
    }

    private static void addBf16(
            MemorySegment residual, long at, MemorySegment part, long from, int count, float scale) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector sum = Lanes.loadBf16(part, from + 2L * i).fma(factor, Lanes.loadF32(residual, at + 4L * i));
            Lanes.storeF32(sum, residual, at + 4L * i);
        }
        addTail(residual, at, part, NumberKind.BF16, from, i, count, scale);
    }

    private static void addF32(MemorySegment residual, long at, MemorySegment part, long from, int count, float scale) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector sum = Lanes.loadF32(part, from + 4L * i).fma(factor, Lanes.loadF32(residual, at + 4L * i));
            Lanes.storeF32(sum, residual, at + 4L * i);
        }
        addTail(residual, at, part, NumberKind.F32, from, i, count, scale);
    }

    private static void addTail(
            MemorySegment residual,
            long at,
            MemorySegment part,
            NumberKind kind,
            long from,
            int i,
            int count,
            float scale) {
        for (; i < count; i++) {
            float delta = Lanes.load1(part, kind, from + (long) i * kind.bytes());
            float sum = Math.fma(delta, scale, Lanes.load1(residual, NumberKind.F32, at + 4L * i));
            Lanes.store1(sum, residual, NumberKind.F32, at + 4L * i);
        }
    }

    private static void addBias(MemorySegment residual, long at, float[] bias, int from, int count) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector sum =
                    FloatVector.fromArray(Lanes.FLOATS, bias, from + i).add(Lanes.loadF32(residual, at + 4L * i));
            Lanes.storeF32(sum, residual, at + 4L * i);
        }
        for (; i < count; i++) {
            Lanes.store1(
                    Lanes.load1(residual, NumberKind.F32, at + 4L * i) + bias[from + i],
                    residual,
                    NumberKind.F32,
                    at + 4L * i);
        }
    }

    /**
     * Norm of row {@code t} of the residual, written as row {@code outRow} of {@code out}. The sum of squares must fit
     * F32: magnitudes up to 1e16 do at every width.
     *
     * @param residual F32 [T, width]
     * @param weight [width]
     * @param out [rows, width] in {@code kind}
     * @param outScale receives the row's scale: 1 unless the kind {@link NumberKind#isQuantized}
     */
    public void norm(
            MemorySegment residual,
            int t,
            float[] weight,
            double eps,
            MemorySegment out,
            NumberKind kind,
            float[] outScale,
            int outRow) {
        Lanes.read(residual, NumberKind.F32, (long) t * width, 1, row, 0, width);
        float sum = 0;
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            sum += sumOfSquares(row, i, Math.min(Lanes.BLOCK, width - i), lanes);
        }
        float factor = (float) (1 / Math.sqrt(sum / width + eps));
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            scale(row, i, Math.min(Lanes.BLOCK, width - i), factor, weight);
        }
        outScale[outRow] = Lanes.writeRow(row, width, out, kind, outRow);
    }

    /**
     * The sum of the squares of {@code count} elements, in an order that does not depend on the code being compiled.
     */
    static float sumOfSquares(float[] row, int from, int count, float[] lanes) {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        int i = 0;
        for (; i <= count - 2 * Lanes.WIDTH; i += 2 * Lanes.WIDTH) {
            FloatVector x0 = FloatVector.fromArray(Lanes.FLOATS, row, from + i);
            FloatVector x1 = FloatVector.fromArray(Lanes.FLOATS, row, from + i + Lanes.WIDTH);
            sum0 = x0.fma(x0, sum0);
            sum1 = x1.fma(x1, sum1);
        }
        float total = Lanes.sum(FloatVector.zero(Lanes.FLOATS).add(sum0).add(sum1), lanes);
        for (; i < count; i++) {
            total += row[from + i] * row[from + i];
        }
        return total;
    }

    /** Multiplies {@code count} elements by a factor and their weights. */
    static void scale(float[] row, int from, int count, float factor, float[] weight) {
        FloatVector factors = FloatVector.broadcast(Lanes.FLOATS, factor);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, row, from + i)
                    .mul(factors)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, weight, from + i))
                    .intoArray(row, from + i);
        }
        for (; i < count; i++) {
            row[from + i] = row[from + i] * factor * weight[from + i];
        }
    }
}
