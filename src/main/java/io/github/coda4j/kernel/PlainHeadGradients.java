package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link HeadGradients}: the same contract, element by element in double precision. */
final class PlainHeadGradients {
    private final int headDim;

    PlainHeadGradients(int headDim) {
        this.headDim = headDim;
    }

    /** See {@link HeadGradients#prepare}. */
    void prepare(
            MemorySegment source,
            NumberKind kind,
            long first,
            float[] bias,
            int biasFirst,
            float[] normWeight,
            double eps,
            float[] normGradient,
            float[] cos,
            float[] sin,
            int angleFirst,
            float factor,
            MemorySegment given,
            long givenFirst,
            MemorySegment wanted,
            long wantedFirst) {
        double[] x = new double[headDim];
        double[] dy = new double[headDim];
        for (int i = 0; i < headDim; i++) {
            x[i] = PlainElements.get(source, kind, first + i);
            x[i] += bias.length > 0 ? bias[biasFirst + i] : 0;
            dy[i] = (double) PlainElements.get(given, kind, givenFirst + i) * factor;
        }
        int half = headDim / 2;
        for (int i = 0; i < half && cos.length > 0; i++) {
            double c = cos[angleFirst + i];
            double s = sin[angleFirst + i];
            double a = dy[i];
            double b = dy[half + i];
            dy[i] = a * c + b * s;
            dy[half + i] = b * c - a * s;
        }
        double[] dx = normWeight.length == 0 ? dy : PlainNormGradients.backward(x, dy, normWeight, eps, normGradient);
        for (int i = 0; i < headDim; i++) {
            PlainElements.put(dx[i], wanted, kind, wantedFirst + i);
        }
    }

    /** See {@link HeadGradients#scatter}. */
    void scatter(
            MemorySegment joined,
            MemorySegment joinedGradient,
            NumberKind kind,
            int row,
            int heads,
            int token,
            int tokens,
            MemorySegment folded,
            long first,
            float[] dots,
            int dotsFirst) {
        for (int h = 0; h < heads; h++) {
            double dot = 0;
            for (int i = 0; i < headDim; i++) {
                long at = (long) row * heads * headDim + (long) h * headDim + i;
                float g = PlainElements.get(joinedGradient, kind, at);
                dot += (double) PlainElements.get(joined, kind, at) * g;
                PlainElements.put(g, folded, kind, first + ((long) h * tokens + token) * headDim + i);
            }
            dots[dotsFirst + h * tokens + token] = (float) dot;
        }
    }
}
