package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The backward passes of {@link Heads} and of {@link Rows#gatherHeads}: the per-head work around attention. */
public final class HeadGradients {
    private final int headDim;
    private final float[] head;
    private final float[] gradient;
    private final float[] lanes = new float[Lanes.WIDTH];

    /** For heads of {@code headDim} elements (even). One instance per thread: it holds scratch. */
    public HeadGradients(int headDim) {
        this.headDim = headDim;
        this.head = new float[headDim];
        this.gradient = new float[headDim];
    }

    /**
     * The gradient of what {@link Heads#prepare} took, from that of what it gave, with the same rule.
     *
     * @param taken has what was taken, in F32 or BF16, from element {@code first} on, and receives its gradient in
     *     place
     * @param angleFirst where the rule's cosines and sines of the token's position start
     * @param given gradient of the prepared head, in the same kind, from element {@code givenFirst} on
     * @param normGradient [headDim], receives the gradient of the norm's weight in addition; not touched without a norm
     */
    public void prepare(
            HeadRule rule,
            Elements taken,
            long first,
            int angleFirst,
            MemorySegment given,
            long givenFirst,
            float[] normGradient) {
        Lanes.read(given, taken.kind(), givenFirst, rule.factor(), gradient, 0, headDim);
        if (rule.cos().length > 0) {
            rotateBack(rule.cos(), rule.sin(), angleFirst);
        }
        if (rule.normWeight().length > 0) {
            Lanes.read(taken.memory(), taken.kind(), first, 1, head, 0, headDim);
            float[] bias = rule.bias();
            for (int i = 0; i < headDim && bias.length > 0; i++) {
                head[i] += bias[rule.biasFirst() + i];
            }
            float xFactor =
                    NormGradients.backward(head, gradient, headDim, rule.normWeight(), rule.eps(), normGradient, lanes);
            addScaled(head, xFactor);
        }
        Lanes.write(gradient, 0, headDim, taken.memory(), taken.kind(), first);
    }

    private void rotateBack(float[] cos, float[] sin, int angleFirst) {
        int half = headDim / 2;
        int i = 0;
        for (; i <= half - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector c = FloatVector.fromArray(Lanes.FLOATS, cos, angleFirst + i);
            FloatVector s = FloatVector.fromArray(Lanes.FLOATS, sin, angleFirst + i);
            FloatVector a = FloatVector.fromArray(Lanes.FLOATS, gradient, i);
            FloatVector b = FloatVector.fromArray(Lanes.FLOATS, gradient, half + i);
            a.mul(c).add(b.mul(s)).intoArray(gradient, i);
            b.mul(c).sub(a.mul(s)).intoArray(gradient, half + i);
        }
        for (; i < half; i++) {
            float c = cos[angleFirst + i];
            float s = sin[angleFirst + i];
            float a = gradient[i];
            float b = gradient[half + i];
            gradient[i] = a * c + b * s;
            gradient[half + i] = b * c - a * s;
        }
    }

    private void addScaled(float[] values, float factor) {
        FloatVector factors = FloatVector.broadcast(Lanes.FLOATS, factor);
        int i = 0;
        for (; i <= headDim - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, values, i)
                    .fma(factors, FloatVector.fromArray(Lanes.FLOATS, gradient, i))
                    .intoArray(gradient, i);
        }
        for (; i < headDim; i++) {
            gradient[i] = Math.fma(values[i], factor, gradient[i]);
        }
    }

    /**
     * Deals the gradient of one token's joined heads out to the folded layout, where {@link Rows#gatherHeads} took the
     * heads from, and computes what the softmax's backward pass needs.
     *
     * @param joined the heads' outputs, [rows, heads * headDim] in F32 or BF16
     * @param joinedGradient their gradients, the same shape and kind
     * @param target receives the gradients, in the same kind, and, as its numbers, output times gradient, summed over
     *     each head
     * @param token the token's index within its sequence
     */
    public void scatter(Elements joined, MemorySegment joinedGradient, int row, FoldedHeads target, int token) {
        NumberKind kind = joined.kind();
        for (int h = 0; h < target.heads(); h++) {
            long source = ((long) row * target.heads() + h) * headDim;
            Lanes.read(joined.memory(), kind, source, 1, head, 0, headDim);
            Lanes.read(joinedGradient, kind, source, 1, gradient, 0, headDim);
            target.numbers()[target.number(h, token)] = dot(head, gradient, headDim, lanes);
            MemorySegment.copy(
                    joinedGradient,
                    source * kind.bytes(),
                    target.elements().memory(),
                    target.element(h, token) * kind.bytes(),
                    (long) headDim * kind.bytes());
        }
    }

    private static float dot(float[] a, float[] b, int count, float[] lanes) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            sum = FloatVector.fromArray(Lanes.FLOATS, a, i).fma(FloatVector.fromArray(Lanes.FLOATS, b, i), sum);
        }
        float total = Lanes.sum(sum, lanes);
        for (; i < count; i++) {
            total += a[i] * b[i];
        }
        return total;
    }
}
