package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link Heads}: the same contract, element by element in double precision. */
final class PlainHeads {
    private final int headDim;

    PlainHeads(int headDim) {
        this.headDim = headDim;
    }

    /** See {@link Heads#prepare}. */
    void prepare(
            MemorySegment source,
            NumberKind sourceKind,
            long first,
            float rowScale,
            float[] bias,
            int biasFirst,
            float[] normWeight,
            double eps,
            float[] cos,
            float[] sin,
            int angleFirst,
            float factor,
            MemorySegment target,
            NumberKind targetKind,
            long targetFirst) {
        double[] head = new double[headDim];
        double sum = 0;
        for (int i = 0; i < headDim; i++) {
            head[i] = (double) PlainElements.get(source, sourceKind, first + i) * rowScale;
            head[i] += bias.length > 0 ? bias[biasFirst + i] : 0;
            sum += head[i] * head[i];
        }
        for (int i = 0; i < headDim && normWeight.length > 0; i++) {
            head[i] *= normWeight[i] / Math.sqrt(sum / headDim + eps);
        }
        int half = headDim / 2;
        for (int i = 0; i < half && cos.length > 0; i++) {
            double c = cos[angleFirst + i];
            double s = sin[angleFirst + i];
            double a = head[i];
            double b = head[half + i];
            head[i] = a * c - b * s;
            head[half + i] = b * c + a * s;
        }
        for (int i = 0; i < headDim; i++) {
            PlainElements.put(head[i] * factor, target, targetKind, targetFirst + i);
        }
    }
}
