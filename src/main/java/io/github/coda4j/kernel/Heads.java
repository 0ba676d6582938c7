package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Per-head work around attention: bias, RMS norm over the head, rotary embedding of the "rotate half" kind (Su et al. 2021), scaling
 * and the change of layout.
 */
public final class Heads {
    private final int headDim;
    private final float[] head;

    /** For heads of {@code headDim} elements (even). One instance per thread: it holds scratch. */
    public Heads(int headDim) {
        this.headDim = headDim;
        this.head = new float[headDim];
    }

    /**
     * Takes one head of one token: {@code (x * rowScale + bias)}, normed and rotated where asked, times {@code factor}.
     *
     * @param source memory and kind (F32 or BF16) with the head's elements from element {@code first} on
     * @param bias values to add from index {@code biasFirst} on, or an empty array for none
     * @param normWeight [headDim], or an empty array for no norm
     * @param cos [headDim / 2] per position, from {@code angleFirst} on; an empty array for no rotation
     * @param target receives headDim elements in {@code targetKind} from element {@code targetFirst} on
     */
    public void prepare(
            MemorySegment source,
            Kind sourceKind,
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
            Kind targetKind,
            long targetFirst) {
        load(source, sourceKind, first, rowScale);
        for (int i = 0; i < headDim && bias.length > 0; i++) {
            head[i] += bias[biasFirst + i];
        }
        if (normWeight.length > 0) {
            norm(normWeight, eps);
        }
        if (cos.length > 0) {
            rotate(cos, sin, angleFirst);
        }
        store(factor, target, targetKind, targetFirst);
    }

    private void load(MemorySegment source, Kind kind, long first, float scale) {
        long at = first * kind.bytes();
        int i = 0;
        for (; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.load(source, kind, at + (long) i * kind.bytes()).mul(scale).intoArray(head, i);
        }
        for (; i < headDim; i++) {
            head[i] = Lanes.load1(source, kind, at + (long) i * kind.bytes()) * scale;
        }
    }

    private void norm(float[] weight, double eps) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, head, i);
            sum = x.fma(x, sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < headDim; i++) {
            total += head[i] * head[i];
        }
        float factor = (float) (1 / Math.sqrt(total / headDim + eps));
        for (i = 0; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, head, i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, weight, i))
                    .intoArray(head, i);
        }
        for (; i < headDim; i++) {
            head[i] = head[i] * factor * weight[i];
        }
    }

    private void rotate(float[] cos, float[] sin, int angleFirst) {
        int half = headDim / 2;
        int i = 0;
        for (; i <= half - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector c = FloatVector.fromArray(Lanes.FLOATS, cos, angleFirst + i);
            FloatVector s = FloatVector.fromArray(Lanes.FLOATS, sin, angleFirst + i);
            FloatVector a = FloatVector.fromArray(Lanes.FLOATS, head, i);
            FloatVector b = FloatVector.fromArray(Lanes.FLOATS, head, half + i);
            a.mul(c).sub(b.mul(s)).intoArray(head, i);
            b.mul(c).add(a.mul(s)).intoArray(head, half + i);
        }
        for (; i < half; i++) {
            float c = cos[angleFirst + i];
            float s = sin[angleFirst + i];
            float a = head[i];
            float b = head[half + i];
            head[i] = a * c - b * s;
            head[half + i] = b * c + a * s;
        }
    }

    private void store(float factor, MemorySegment target, Kind kind, long first) {
        long at = first * kind.bytes();
        int i = 0;
        for (; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.store(
                    FloatVector.fromArray(Lanes.FLOATS, head, i).mul(factor),
                    target,
                    kind,
                    at + (long) i * kind.bytes());
        }
        for (; i < headDim; i++) {
            Lanes.store1(head[i] * factor, target, kind, at + (long) i * kind.bytes());
        }
    }
}
