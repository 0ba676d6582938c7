package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The backward pass of {@link Norms#norm}. With r = 1 / sqrt(mean(x^2) + eps), y = x * r * w and the gradient dy of y:
 * {@code dw += dy * x * r; dx += r * w * dy - x * r^3 * mean(w * dy * x)}.
 */
public final class NormGradients {
    private final int width;
    private final float[] row;
    private final float[] gradient;
    private final float[] lanes = new float[Lanes.WIDTH];

    /** For rows of {@code width} elements. One instance per thread: it holds scratch. */
    public NormGradients(int width) {
        this.width = width;
        this.row = new float[width];
        this.gradient = new float[width];
    }

    /**
     * Adds the gradients of row {@code t}.
     *
     * @param residual what was normed, F32 [T, width]
     * @param weight [width]
     * @param outGradient dy, [rows, width] in {@code kind} (F32 or BF16), of which row {@code outRow} counts
     * @param residualGradient dx, F32 [T, width]; row {@code t} is added to
     * @param weightGradient dw, [width]; added to
     */
    public void backward(
            MemorySegment residual,
            int t,
            float[] weight,
            double eps,
            MemorySegment outGradient,
            NumberKind kind,
            int outRow,
            MemorySegment residualGradient,
            float[] weightGradient) {
        Lanes.read(residual, NumberKind.F32, (long) t * width, 1, row, 0, width);
        Lanes.read(outGradient, kind, (long) outRow * width, 1, gradient, 0, width);
        float factor = backward(row, gradient, width, weight, eps, weightGradient, lanes);
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            long at = 4 * ((long) t * width + i);
            add(row, gradient, i, Math.min(Lanes.BLOCK, width - i), factor, residualGradient, at);
        }
    }

    /**
     * Turns dy in {@code gradient} into r * w * dy and adds to dw; dx is then {@code gradient + row * (the result)}.
     *
     * @param lanes scratch, [WIDTH]
     */
    static float backward(
            float[] row,
            float[] gradient,
            int width,
            float[] weight,
            double eps,
            float[] weightGradient,
            float[] lanes) {
        float squares = 0;
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            squares += Norms.sumOfSquares(row, i, Math.min(Lanes.BLOCK, width - i), lanes);
        }
        double r = 1 / Math.sqrt(squares / width + eps);
        float dot = 0;
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            int count = Math.min(Lanes.BLOCK, width - i);
            dot += weigh(row, gradient, i, count, weight, (float) r, weightGradient, lanes);
        }
        return (float) (-r * r * dot / width);
    }

    /** Gives the sum of r * w * dy * x over {@code count} elements. */
    private static float weigh(
            float[] row,
            float[] gradient,
            int from,
            int count,
            float[] weight,
            float r,
            float[] weightGradient,
            float[] lanes) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, r);
        FloatVector dot = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, row, from + i);
            FloatVector g =
                    FloatVector.fromArray(Lanes.FLOATS, gradient, from + i).mul(factor);
            g.fma(x, FloatVector.fromArray(Lanes.FLOATS, weightGradient, from + i))
                    .intoArray(weightGradient, from + i);
            FloatVector weighted = g.mul(FloatVector.fromArray(Lanes.FLOATS, weight, from + i));
            dot = weighted.fma(x, dot);
            weighted.intoArray(gradient, from + i);
        }
        float total = Lanes.sum(dot, lanes);
        for (; i < count; i++) {
            float g = gradient[from + i] * r;
            weightGradient[from + i] += g * row[from + i];
            gradient[from + i] = g * weight[from + i];
            total += gradient[from + i] * row[from + i];
        }
        return total;
    }

    private static void add(
            float[] row, float[] gradient, int from, int count, float factor, MemorySegment to, long at) {
        FloatVector factors = FloatVector.broadcast(Lanes.FLOATS, factor);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, row, from + i)
                    .fma(factors, FloatVector.fromArray(Lanes.FLOATS, gradient, from + i))
                    .add(Lanes.loadF32(to, at + 4L * i));
            Lanes.storeF32(sum, to, at + 4L * i);
        }
        for (; i < count; i++) {
            float sum =
                    Math.fma(row[from + i], factor, gradient[from + i]) + Lanes.load1(to, NumberKind.F32, at + 4L * i);
            Lanes.store1(sum, to, NumberKind.F32, at + 4L * i);
        }
    }
}
