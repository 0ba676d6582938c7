package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link Rows}: the same contract, element by element in double precision. */
final class PlainRows {
    /** Row {@code t} of a sharded matrix. */
    static double[] row(Sharded matrix, int t) {
        double[] row = new double[matrix.width()];
        int column = 0;
        for (int p = 0; p < matrix.parts().length; p++) {
            int width = matrix.widths()[p];
            for (int i = 0; i < width; i++) {
                row[column++] = PlainElements.get(matrix.parts()[p], matrix.kind(), (long) t * width + i);
            }
        }
        return row;
    }

    /** See {@link Rows#gate}. */
    void gate(Sharded gateUp, float[] scale, int t, MemorySegment out, NumberKind kind, float[] outScale) {
        double[] both = row(gateUp, t);
        double[] gated = new double[both.length / 2];
        int column = 0;
        for (int width : gateUp.widths()) {
            for (int i = 0; i < width / 2; i++) {
                double gate = (float) (both[2 * column + i] * scale[t]);
                double up = both[2 * column + width / 2 + i] * scale[t];
                gated[column + i] = gate / (1 + Math.exp(-gate)) * up;
            }
            column += width / 2;
        }
        outScale[t] = PlainElements.putRow(gated, out, kind, t);
    }

    /** See {@link Rows#gatherHeads}. */
    void gatherHeads(FoldedHeads from, int token, Elements out, float[] outScale, int outRow) {
        int headDim = from.headDim();
        Elements elements = from.elements();
        double[] row = new double[from.heads() * headDim];
        for (int h = 0; h < from.heads(); h++) {
            for (int i = 0; i < headDim; i++) {
                double x = PlainElements.get(elements.memory(), elements.kind(), from.element(h, token) + i);
                row[h * headDim + i] = x * from.numbers()[from.number(h, token)];
            }
        }
        outScale[outRow] = PlainElements.putRow(row, out.memory(), out.kind(), outRow);
    }

    /** See {@link Rows#join}. */
    void join(Sharded parts, int t, float scale, MemorySegment out, long outFirst) {
        double[] row = row(parts, t);
        for (int i = 0; i < row.length; i++) {
            PlainElements.put(row[i] * scale, out, NumberKind.F32, outFirst + i);
        }
    }

    /** See {@link Rows#copy}. */
    void copy(MemorySegment source, NumberKind kind, long first, int count, MemorySegment out, long outFirst) {
        for (int i = 0; i < count; i++) {
            PlainElements.put(PlainElements.get(source, kind, first + i), out, NumberKind.F32, outFirst + i);
        }
    }
}
