package io.github.coda4j.kernel;

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
     * Takes one head of one token: {@code (x * rowScale + bias)}, normed and rotated where the rule says so, times its
     * factor.
     *
     * @param source has the head's elements, in F32 or BF16, from element {@code first} on
     * @param angleFirst where the rule's cosines and sines of the token's position start
     * @param target receives headDim elements from element {@code targetFirst} on
     */
    public void prepare(
            HeadRule rule,
            Elements source,
            long first,
            float rowScale,
            int angleFirst,
            Elements target,
            long targetFirst) {
        Lanes.read(source.memory(), source.kind(), first, rowScale, head, 0, headDim);
        if (rule.bias().length > 0) {
            add(rule.bias(), rule.biasFirst());
        }
        float all = rule.factor();
        if (rule.normWeight().length > 0) {
            float sum = Norms.sumOfSquares(head, 0, headDim, lanes);
            Norms.scale(head, 0, headDim, (float) (all / Math.sqrt(sum / headDim + rule.eps())), rule.normWeight());
            all = 1;
        }
        if (rule.cos().length > 0) {
            rotate(rule.cos(), rule.sin(), angleFirst, all);
        } else if (all != 1) {
            multiply(all);
        }
        Lanes.write(head, 0, headDim, target.memory(), target.kind(), targetFirst);
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
