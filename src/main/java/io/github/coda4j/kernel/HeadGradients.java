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
     * The gradient of what {@link Heads#prepare} took, from that of what it gave; its arguments must be the same.
     *
     * @param source memory and kind (F32 or BF16) with the head's elements from element {@code first} on
     * @param normWeight [headDim], or an empty array for no norm
     * @param normGradient [headDim], receives the gradient of {@code normWeight} in addition; not touched without a
     *     norm
     * @param cos [headDim / 2] per position, from {@code angleFirst} on; an empty array for no rotation
     * @param given gradient of the prepared head in {@code kind}, from element {@code givenFirst} on
     * @param wanted receives the gradient of the source in {@code kind}, from element {@code wantedFirst} on; may be
     *     the source
     */
    public void prepare(
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
        Lanes.read(given, kind, givenFirst, factor, gradient, 0, headDim);
        if (cos.length > 0) {
            rotateBack(cos, sin, angleFirst);
        }
        if (normWeight.length > 0) {
            Lanes.read(source, kind, first, 1, head, 0, headDim);
            for (int i = 0; i < headDim && bias.length > 0; i++) {
                head[i] += bias[biasFirst + i];
            }
            float xFactor = NormGradients.backward(head, gradient, headDim, normWeight, eps, normGradient, lanes);
            addScaled(head, xFactor);
        }
        Lanes.write(gradient, 0, headDim, wanted, kind, wantedFirst);
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
     * @param joined the heads' outputs, [rows, heads * headDim] in {@code kind} (F32 or BF16)
     * @param joinedGradient their gradients, the same shape and kind
     * @param token the token's index within its sequence of {@code tokens}
     * @param folded receives the gradients as [heads, tokens, headDim] in {@code kind}, from element {@code first} on
     * @param dots receives output times gradient, summed over each head, as [heads, tokens] from index
     *     {@code dotsFirst} on
     */
    public void scatter(
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
            long source = ((long) row * heads + h) * headDim;
            int target = h * tokens + token;
            Lanes.read(joined, kind, source, 1, head, 0, headDim);
            Lanes.read(joinedGradient, kind, source, 1, gradient, 0, headDim);
            dots[dotsFirst + target] = dot(head, gradient, headDim, lanes);
            MemorySegment.copy(
                    joinedGradient,
                    source * kind.bytes(),
                    folded,
                    (first + (long) target * headDim) * kind.bytes(),
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
