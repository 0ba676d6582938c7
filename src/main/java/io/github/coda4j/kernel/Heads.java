package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Per-head work around attention: bias, RMS norm over the head, rotary embedding of the "rotate half" kind (Su et al.
 * 2021), scaling and the change of layout.
 */
public final class Heads {
    private final int headDim;
    private final float[] head;
    private final float[] lanes = new float[Lanes.WIDTH];

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
        Lanes.read(source, sourceKind, first, rowScale, head, 0, headDim);
        if (bias.length > 0) {
            add(bias, biasFirst);
        }
        float all = factor;
        if (normWeight.length > 0) {
            float sum = Norms.sumOfSquares(head, 0, headDim, lanes);
            Norms.scale(head, 0, headDim, (float) (factor / Math.sqrt(sum / headDim + eps)), normWeight);
            all = 1;
        }
        if (cos.length > 0) {
            rotate(cos, sin, angleFirst, all);
        } else if (all != 1) {
            multiply(all);
        }
        Lanes.write(head, 0, headDim, target, targetKind, targetFirst);
    }

    private void add(float[] bias, int from) {
        int i = 0;
        for (; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, head, i)
                    .add(FloatVector.fromArray(Lanes.FLOATS, bias, from + i))
                    .intoArray(head, i);
        }
        for (; i < headDim; i++) {
            head[i] += bias[from + i];
        }
    }

    private void multiply(float factor) {
        int i = 0;
        for (; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, head, i).mul(factor).intoArray(head, i);
        }
        for (; i < headDim; i++) {
            head[i] *= factor;
        }
    }

    private void rotate(float[] cos, float[] sin, int angleFirst, float factor) {
        int half = headDim / 2;
        int i = 0;
        for (; i <= half - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector c =
                    FloatVector.fromArray(Lanes.FLOATS, cos, angleFirst + i).mul(factor);
            FloatVector s =
                    FloatVector.fromArray(Lanes.FLOATS, sin, angleFirst + i).mul(factor);
            FloatVector a = FloatVector.fromArray(Lanes.FLOATS, head, i);
            FloatVector b = FloatVector.fromArray(Lanes.FLOATS, head, half + i);
            a.mul(c).sub(b.mul(s)).intoArray(head, i);
            b.mul(c).add(a.mul(s)).intoArray(head, half + i);
        }
        for (; i < half; i++) {
            float c = cos[angleFirst + i] * factor;
            float s = sin[angleFirst + i] * factor;
            float a = head[i];
            float b = head[half + i];
            head[i] = a * c - b * s;
            head[half + i] = b * c + a * s;
        }
    }
}
