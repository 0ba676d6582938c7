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
            HeadRule rule,
            Elements taken,
            long first,
            int angleFirst,
            MemorySegment given,
            long givenFirst,
            float[] normGradient) {
        double[] x = new double[headDim];
        double[] dy = new double[headDim];
        for (int i = 0; i < headDim; i++) {
            x[i] = PlainElements.get(taken.memory(), taken.kind(), first + i);
            x[i] += rule.bias().length > 0 ? rule.bias()[rule.biasFirst() + i] : 0;
            dy[i] = (double) PlainElements.get(given, taken.kind(), givenFirst + i) * rule.factor();
        }
        int half = headDim / 2;
        for (int i = 0; i < half && rule.cos().length > 0; i++) {
            double c = rule.cos()[angleFirst + i];
            double s = rule.sin()[angleFirst + i];
            double a = dy[i];
            double b = dy[half + i];
            dy[i] = a * c + b * s;
            dy[half + i] = b * c - a * s;
        }
        double[] dx = rule.normWeight().length == 0
                ? dy
                : PlainNormGradients.backward(x, dy, rule.normWeight(), rule.eps(), normGradient);
        for (int i = 0; i < headDim; i++) {
            PlainElements.put(dx[i], taken.memory(), taken.kind(), first + i);
        }
    }

    /** See {@link HeadGradients#scatter}. */
    void scatter(Elements joined, MemorySegment joinedGradient, int row, FoldedHeads target, int token) {
        NumberKind kind = joined.kind();
        for (int h = 0; h < target.heads(); h++) {
            double dot = 0;
            for (int i = 0; i < headDim; i++) {
                long at = (long) row * target.heads() * headDim + (long) h * headDim + i;
                float g = PlainElements.get(joinedGradient, kind, at);
                dot += (double) PlainElements.get(joined.memory(), kind, at) * g;
                PlainElements.put(g, target.elements().memory(), kind, target.element(h, token) + i);
            }
            target.numbers()[target.number(h, token)] = (float) dot;
        }
    }
}
