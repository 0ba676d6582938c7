package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Residual addition fused with RMS norm (Zhang and Sennrich 2019): {@code r += d; y = r / sqrt(mean(r^2) + eps) * w}, in F32 inside,
 * written in the kind that the next product wants.
 */
public final class Norms {
    private final int width;
    private final float[] row;

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
        float scale = deltaScale[t];
        int column = 0;
        for (int p = 0; p < delta.parts().length; p++) {
            int partWidth = delta.widths()[p];
            addPart(
                    residual,
                    residualRow + (long) column * Float.BYTES,
                    delta.parts()[p],
                    delta.kind(),
                    (long) t * partWidth,
                    partWidth,
                    scale);
            column += partWidth;
        }
        for (int i = 0; i < bias.length; i++) {
            long at = residualRow + (long) i * Float.BYTES;
            residual.set(
                    ValueLayout.JAVA_FLOAT_UNALIGNED, at, residual.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at) + bias[i]);
        }
    }

    private static void addPart(
            MemorySegment residual, long at, MemorySegment part, Kind kind, long first, int count, float scale) {
        long source = first * kind.bytes();
        int i = 0;
        if (kind == Kind.BF16) {
            for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
                FloatVector sum = Lanes.loadBf16(part, source + 2L * i)
                        .fma(FloatVector.broadcast(Lanes.FLOATS, scale), Lanes.loadF32(residual, at + 4L * i));
                Lanes.storeF32(sum, residual, at + 4L * i);
            }
        } else {
            for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
                FloatVector sum = Lanes.loadF32(part, source + 4L * i)
                        .fma(FloatVector.broadcast(Lanes.FLOATS, scale), Lanes.loadF32(residual, at + 4L * i));
                Lanes.storeF32(sum, residual, at + 4L * i);
            }
        }
        for (; i < count; i++) {
            float sum = Math.fma(
                    Lanes.load1(part, kind, source + (long) i * kind.bytes()),
                    scale,
                    Lanes.load1(residual, Kind.F32, at + 4L * i));
            Lanes.store1(sum, residual, Kind.F32, at + 4L * i);
        }
    }

    /**
     * Norm of row {@code t} of the residual, written as row {@code outRow} of {@code out}.
     *
     * @param residual F32 [T, width]
     * @param weight [width]
     * @param out [rows, width] in {@code kind}
     * @param outScale receives the row's scale: 1 unless the kind is {@link Kind#U8}
     */
    public void norm(
            MemorySegment residual,
            int t,
            float[] weight,
            double eps,
            MemorySegment out,
            Kind kind,
            float[] outScale,
            int outRow) {
        long at = (long) t * width * Float.BYTES;
        float factor = (float) (1 / Math.sqrt(sumOfSquares(residual, at) / width + eps));
        int i = 0;
        for (; i <= width - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.loadF32(residual, at + 4L * i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, weight, i))
                    .intoArray(row, i);
        }
        for (; i < width; i++) {
            row[i] = Lanes.load1(residual, Kind.F32, at + 4L * i) * factor * weight[i];
        }
        float absMax = kind == Kind.U8 ? Lanes.absMax(row, width) : 0;
        outScale[outRow] = Lanes.writeRow(row, width, absMax, out, kind, outRow);
    }

    private float sumOfSquares(MemorySegment residual, long at) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= width - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x = Lanes.loadF32(residual, at + 4L * i);
            sum = x.fma(x, sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < width; i++) {
            float x = Lanes.load1(residual, Kind.F32, at + 4L * i);
            total += x * x;
        }
        return total;
    }
}
