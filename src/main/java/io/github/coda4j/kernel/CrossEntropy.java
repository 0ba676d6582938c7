package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The cross entropy of one row of logits and, in the same pass, its gradient. */
public final class CrossEntropy {
    private final int width;
    private final float[] row;
    private final float[] lanes = new float[Lanes.WIDTH];

    /** For rows of {@code width} logits. One instance per thread: it holds scratch. */
    public CrossEntropy(int width) {
        this.width = width;
        this.row = new float[width];
    }

    /**
     * Gives -log softmax(row)[target] in nats, and replaces the logits by {@code factor * (softmax(row) -
     * oneHot(target))}. A NaN among the logits makes the result NaN.
     *
     * @param logits [width] in {@code kind} (F32 or BF16), from element {@code first} on
     * @param target in [0, width)
     * @param factor of the gradient; 0 leaves the logits as they are
     */
    public float backward(MemorySegment logits, NumberKind kind, long first, int target, float factor) {
        Lanes.read(logits, kind, first, 1, row, 0, width);
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            max = Math.max(max, max(row, i, Math.min(Lanes.BLOCK, width - i)));
        }
        float targetLogit = row[target];
        float sum = 0;
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            sum += exp(row, i, Math.min(Lanes.BLOCK, width - i), max, lanes);
        }
        if (factor != 0) {
            write(logits, kind, first, target, factor, sum);
        }
        return (float) (Math.log(sum) + max - targetLogit);
    }

    private void write(MemorySegment logits, NumberKind kind, long first, int target, float factor, float sum) {
        float targetGradient = factor * (row[target] / sum - 1);
        for (int i = 0; i < width; i += Lanes.BLOCK) {
            scale(row, i, Math.min(Lanes.BLOCK, width - i), factor / sum);
        }
        row[target] = targetGradient;
        Lanes.write(row, 0, width, logits, kind, first);
    }

    private static float max(float[] row, int from, int count) {
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        int i = from;
        for (; i <= from + count - Lanes.WIDTH; i += Lanes.WIDTH) {
            most = FloatVector.fromArray(Lanes.FLOATS, row, i).max(most);
        }
        float max = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY)
                .max(most)
                .reduceLanes(VectorOperators.MAX);
        for (; i < from + count; i++) {
            max = Math.max(max, row[i]);
        }
        return max;
    }

    private static float exp(float[] row, int from, int count, float max, float[] lanes) {
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, max);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = from;
        for (; i <= from + count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector e =
                    Exp.of(Exp.clamp(FloatVector.fromArray(Lanes.FLOATS, row, i).sub(most)));
            sum = e.add(sum);
            e.intoArray(row, i);
        }
        float total = Lanes.sum(sum, lanes);
        for (; i < from + count; i++) {
            row[i] = (float) Math.exp(row[i] - max);
            total += row[i];
        }
        return total;
    }

    private static void scale(float[] row, int from, int count, float factor) {
        FloatVector factors = FloatVector.broadcast(Lanes.FLOATS, factor);
        int i = from;
        for (; i <= from + count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, row, i).mul(factors).intoArray(row, i);
        }
        for (; i < from + count; i++) {
            row[i] *= factor;
        }
    }
}
