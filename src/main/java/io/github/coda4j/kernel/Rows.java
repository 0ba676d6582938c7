package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Row-wise passes between products: the gated activation, the gathering of attention heads, and copies between kinds. */
public final class Rows {
    private float[] row = new float[0];

    /** One instance per thread: it holds scratch. */
    public Rows() {}

    /**
     * {@code silu(gate) * up} of one row, where silu(x) = x / (1 + exp(-x)).
     *
     * @param gateUp [T, 2 * F] in parts; each part holds some gate columns followed by the up columns of the same indices
     * @param scale one factor per row of both
     * @param out [T, F] in {@code kind}
     * @param outScale receives the row's scale: 1 unless the kind is {@link Kind#U8}
     */
    public void gate(Sharded gateUp, float[] scale, int t, MemorySegment out, Kind kind, float[] outScale) {
        int width = gateUp.width() / 2;
        ensure(width);
        int column = 0;
        for (int p = 0; p < gateUp.parts().length; p++) {
            int half = gateUp.widths()[p] / 2;
            gatePart(gateUp.parts()[p], gateUp.kind(), (long) t * 2 * half, half, scale[t], column);
            column += half;
        }
        float absMax = kind == Kind.U8 ? Lanes.absMax(row, width) : 0;
        outScale[t] = Lanes.writeRow(row, width, absMax, out, kind, t);
    }

    private void gatePart(MemorySegment part, Kind kind, long first, int half, float scale, int column) {
        long gateAt = first * kind.bytes();
        long upAt = (first + half) * kind.bytes();
        int i = 0;
        for (; i <= half - Lanes.WIDTH; i += Lanes.WIDTH) {
            long step = (long) i * kind.bytes();
            FloatVector g = Lanes.load(part, kind, gateAt + step).mul(scale);
            FloatVector u = Lanes.load(part, kind, upAt + step).mul(scale);
            g.mul(u).div(g.neg().lanewise(VectorOperators.EXP).add(1)).intoArray(row, column + i);
        }
        for (; i < half; i++) {
            long step = (long) i * kind.bytes();
            float g = Lanes.load1(part, kind, gateAt + step) * scale;
            float u = Lanes.load1(part, kind, upAt + step) * scale;
            row[column + i] = g * u / (float) (Math.exp(-g) + 1);
        }
    }

    /**
     * Gathers one token's heads from the folded layout into a row and divides by the softmax sums.
     *
     * @param folded [heads, T, headDim] in {@code kind} (F32 or BF16), from element {@code first} on
     * @param inverseSums [heads, T], from index {@code sumsFirst} on
     * @param token the token's index within its sequence of {@code tokens}
     * @param out [rows, heads * headDim] in {@code outKind}
     * @param outScale receives the row's scale: 1 unless the kind is {@link Kind#U8}
     */
    public void gatherHeads(
            MemorySegment folded,
            Kind kind,
            long first,
            float[] inverseSums,
            int sumsFirst,
            int heads,
            int headDim,
            int token,
            int tokens,
            MemorySegment out,
            Kind outKind,
            float[] outScale,
            int outRow) {
        int width = heads * headDim;
        ensure(width);
        for (int h = 0; h < heads; h++) {
            long rowIndex = (long) h * tokens + token;
            copyScaled(
                    folded,
                    kind,
                    first + rowIndex * headDim,
                    headDim,
                    inverseSums[(int) (sumsFirst + rowIndex)],
                    h * headDim);
        }
        float absMax = outKind == Kind.U8 ? Lanes.absMax(row, width) : 0;
        outScale[outRow] = Lanes.writeRow(row, width, absMax, out, outKind, outRow);
    }

    /** Joins one row of a sharded matrix into F32, times a factor. */
    public void join(Sharded parts, int t, float scale, MemorySegment out, long outFirst) {
        int width = parts.width();
        ensure(width);
        int column = 0;
        for (int p = 0; p < parts.parts().length; p++) {
            int partWidth = parts.widths()[p];
            copyScaled(parts.parts()[p], parts.kind(), (long) t * partWidth, partWidth, scale, column);
            column += partWidth;
        }
        MemorySegment.copy(MemorySegment.ofArray(row), 0, out, outFirst * Float.BYTES, (long) width * Float.BYTES);
    }

    /** Copies {@code count} elements of a matrix in {@code kind} (F32 or BF16) into F32. */
    public void copy(MemorySegment source, Kind kind, long first, int count, MemorySegment out, long outFirst) {
        ensure(count);
        copyScaled(source, kind, first, count, 1, 0);
        MemorySegment.copy(MemorySegment.ofArray(row), 0, out, outFirst * Float.BYTES, (long) count * Float.BYTES);
    }

    private void copyScaled(MemorySegment source, Kind kind, long first, int count, float scale, int column) {
        long at = first * kind.bytes();
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.load(source, kind, at + (long) i * kind.bytes()).mul(scale).intoArray(row, column + i);
        }
        for (; i < count; i++) {
            row[column + i] = Lanes.load1(source, kind, at + (long) i * kind.bytes()) * scale;
        }
    }

    private void ensure(int width) {
        if (row.length < width) {
            row = Arrays.copyOf(row, width);
        }
    }
}
