package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Row-wise passes between products: the gated activation, the gathering of attention heads, and copies between kinds.
 */
public final class Rows {
    private float[] row = new float[0];
    private final float[] block = new float[2 * Lanes.BLOCK];

    /** One instance per thread: it holds scratch. */
    public Rows() {}

    /**
     * {@code silu(gate) * up} of one row, where silu(x) = x / (1 + exp(-x)); gates below -86 count as nothing (less
     * than 1e-35).
     *
     * @param gateUp [T, 2 * F] in parts; each part holds some gate columns followed by the up columns of the same
     *     indices
     * @param scale one factor per row of both
     * @param out [T, F] in {@code kind}
     * @param outScale receives the row's scale: 1 unless the kind {@link NumberKind#isQuantized}
     */
    public void gate(Sharded gateUp, float[] scale, int t, MemorySegment out, NumberKind kind, float[] outScale) {
        int width = gateUp.width() / 2;
        ensure(width);
        int column = 0;
        for (int p = 0; p < gateUp.parts().length; p++) {
            int half = gateUp.widths()[p] / 2;
            gatePart(gateUp.parts()[p], gateUp.kind(), (long) t * 2 * half, half, scale[t], column);
            column += half;
        }
        outScale[t] = Lanes.writeRow(row, width, out, kind, t);
    }

    private void gatePart(MemorySegment part, NumberKind kind, long first, int half, float scale, int column) {
        for (int i = 0; i < half; i += Lanes.BLOCK) {
            int count = Math.min(Lanes.BLOCK, half - i);
            for (int isUp = 0; isUp < 2; isUp++) {
                Lanes.read(part, kind, first + isUp * half + i, scale, block, isUp * count, count);
            }
            gate(block, count, row, column + i);
        }
    }

    /** Takes {@code count} gates and as many ups from the block. */
    private static void gate(float[] block, int count, float[] row, int to) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector g = FloatVector.fromArray(Lanes.FLOATS, block, i);
            FloatVector u = FloatVector.fromArray(Lanes.FLOATS, block, count + i);
            FloatVector e = Exp.of(Exp.clampAbove(Exp.clamp(g.neg())));
            g.mul(u).div(e.add(1)).intoArray(row, to + i);
        }
        for (; i < count; i++) {
            float g = block[i];
            row[to + i] = (float) (g * block[count + i] / (Math.exp(-g) + 1));
        }
    }

    /**
     * Gathers one token's heads from the folded layout into a row, each times its number: one over its softmax's sum.
     *
     * @param token the token's index within its sequence
     * @param out [rows, heads * headDim]
     * @param outScale receives the row's scale: 1 unless the kind {@link NumberKind#isQuantized}
     */
    public void gatherHeads(FoldedHeads from, int token, Elements out, float[] outScale, int outRow) {
        int headDim = from.headDim();
        int width = from.heads() * headDim;
        ensure(width);
        Elements elements = from.elements();
        for (int h = 0; h < from.heads(); h++) {
            float factor = from.numbers()[from.number(h, token)];
            Lanes.read(elements.memory(), elements.kind(), from.element(h, token), factor, row, h * headDim, headDim);
        }
        outScale[outRow] = Lanes.writeRow(row, width, out.memory(), out.kind(), outRow);
    }

    /** Joins one row of a sharded matrix into F32, times a factor. */
    public void join(Sharded parts, int t, float scale, MemorySegment out, long outFirst) {
        long column = outFirst;
        for (int p = 0; p < parts.parts().length; p++) {
            int width = parts.widths()[p];
            copy(parts.parts()[p], parts.kind(), (long) t * width, scale, width, out, column);
            column += width;
        }
    }

    /** Copies {@code count} elements of a matrix in {@code kind} (F32 or BF16) into F32. */
    public void copy(MemorySegment source, NumberKind kind, long first, int count, MemorySegment out, long outFirst) {
        copy(source, kind, first, 1, count, out, outFirst);
    }

    private void copy(
            MemorySegment source,
            NumberKind kind,
            long first,
            float factor,
            int count,
            MemorySegment out,
            long outFirst) {
        for (int i = 0; i < count; i += Lanes.BLOCK) {
            Lanes.copy(source, kind, first + i, factor, Math.min(Lanes.BLOCK, count - i), out, outFirst + i);
        }
    }

    private void ensure(int width) {
        if (row.length < width) {
            row = new float[width];
        }
    }
}
