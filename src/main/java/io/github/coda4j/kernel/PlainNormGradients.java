package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link NormGradients}: the same contract, element by element in double precision. */
final class PlainNormGradients {
    private final int width;

    PlainNormGradients(int width) {
        this.width = width;
    }

    /** See {@link NormGradients#backward}. */
    void backward(
            MemorySegment residual,
            int t,
            float[] weight,
            double eps,
            MemorySegment outGradient,
            NumberKind kind,
            int outRow,
            MemorySegment residualGradient,
            float[] weightGradient) {
        double[] x = new double[width];
        double[] dy = new double[width];
        for (int i = 0; i < width; i++) {
            x[i] = PlainElements.get(residual, NumberKind.F32, (long) t * width + i);
            dy[i] = PlainElements.get(outGradient, kind, (long) outRow * width + i);
        }
        double[] dx = backward(x, dy, weight, eps, weightGradient);
        for (int i = 0; i < width; i++) {
            long at = (long) t * width + i;
            PlainElements.put(
                    PlainElements.get(residualGradient, NumberKind.F32, at) + dx[i],
                    residualGradient,
                    NumberKind.F32,
                    at);
        }
    }

    /** dx of one row; adds to dw. */
    static double[] backward(double[] x, double[] dy, float[] weight, double eps, float[] weightGradient) {
        double squares = 0;
        double dot = 0;
        for (int i = 0; i < x.length; i++) {
            squares += x[i] * x[i];
            dot += weight[i] * dy[i] * x[i];
        }
        double r = 1 / Math.sqrt(squares / x.length + eps);
        double[] dx = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            weightGradient[i] += (float) (dy[i] * x[i] * r);
            dx[i] = r * weight[i] * dy[i] - x[i] * r * r * r * dot / x.length;
        }
        return dx;
    }
}
