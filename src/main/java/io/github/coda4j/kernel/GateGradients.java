package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The backward pass of {@link Rows#gate}. With s = 1 / (1 + exp(-g)), y = g * s * u and the gradient dy of y: {@code dg
 * = dy * u * s * (1 + g * (1 - s)); du = dy * g * s}.
 */
public final class GateGradients {
    private final int width;
    private final float[] gates;
    private final float[] ups;
    private final float[] gradients;

    /** For {@code width} gates per row. One instance per thread: it holds scratch. */
    public GateGradients(int width) {
        this.width = width;
        this.gates = new float[width];
        this.ups = new float[width];
        this.gradients = new float[width];
    }

    /**
     * Replaces gates and ups of row {@code t} by their gradients, and the gradient of the product by the product
     * itself, which the gradient of the weights after it needs.
     *
     * @param gateUp [T, 2 * width] in {@code kind} (F32 or BF16): the gates, then the ups
     * @param gated dy, [T, width] in {@code kind}
     */
    public void backward(MemorySegment gateUp, MemorySegment gated, NumberKind kind, int t) {
        long gate = (long) t * 2 * width;
        long product = (long) t * width;
        Lanes.read(gateUp, kind, gate, 1, gates, 0, width);
        Lanes.read(gateUp, kind, gate + width, 1, ups, 0, width);
        Lanes.read(gated, kind, product, 1, gradients, 0, width);
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            backward(gates, ups, gradients, i, Math.min(Lanes.BLOCK, width - i));
        }
        Lanes.write(gates, 0, width, gateUp, kind, gate);
        Lanes.write(ups, 0, width, gateUp, kind, gate + width);
        Lanes.write(gradients, 0, width, gated, kind, product);
    }

    private static void backward(float[] gates, float[] ups, float[] gradients, int from, int count) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1);
        int i = from;
        for (; i <= from + count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector g = FloatVector.fromArray(Lanes.FLOATS, gates, i);
            FloatVector u = FloatVector.fromArray(Lanes.FLOATS, ups, i);
            FloatVector dy = FloatVector.fromArray(Lanes.FLOATS, gradients, i);
            FloatVector s = one.div(Exp.of(Exp.clampAbove(Exp.clamp(g.neg()))).add(1));
            FloatVector silu = g.mul(s);
            // s * (1 + g * (1 - s)) = s + silu * (1 - s)
            FloatVector slope = one.sub(s).fma(silu, s);
            dy.mul(u).mul(slope).intoArray(gates, i);
            dy.mul(silu).intoArray(ups, i);
            silu.mul(u).intoArray(gradients, i);
        }
        for (; i < from + count; i++) {
            double s = 1 / (1 + Math.exp(-gates[i]));
            double silu = gates[i] * s;
            double u = ups[i];
            double dy = gradients[i];
            gates[i] = (float) (dy * u * (s + silu * (1 - s)));
            ups[i] = (float) (dy * silu);
            gradients[i] = (float) (silu * u);
        }
    }
}
