package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The exponentials of attention scores, left unnormalized: the sums divide the product with the values later, on fewer elements. */
public final class Softmax {
    private Softmax() {}

    /**
     * Replaces each score x of a row by exp(x - max).
     *
     * @param scores [rows, columns] in {@code kind} (F32 or BF16), from element {@code first} on
     * @param inverseSums receives 1 / sum of the row's exponentials, from index {@code sumsFirst} on
     */
    public static void exponentiate(
            MemorySegment scores, Kind kind, long first, int rows, int columns, float[] inverseSums, int sumsFirst) {
        for (int r = 0; r < rows; r++) {
            long at = (first + (long) r * columns) * kind.bytes();
            float sum = kind == Kind.BF16 ? rowBf16(scores, at, columns) : rowF32(scores, at, columns);
            inverseSums[sumsFirst + r] = 1 / sum;
        }
    }

    private static float rowBf16(MemorySegment scores, long at, int columns) {
        int bound = columns - columns % Lanes.WIDTH;
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < bound; i += Lanes.WIDTH) {
            most = most.max(Lanes.loadBf16(scores, at + 2L * i));
        }
        float max = tailMax(scores, Kind.BF16, at, bound, columns, most.reduceLanes(VectorOperators.MAX));
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < bound; i += Lanes.WIDTH) {
            FloatVector e = Lanes.loadBf16(scores, at + 2L * i).sub(max).lanewise(VectorOperators.EXP);
            sum = sum.add(e);
            Lanes.storeBf16(e, scores, at + 2L * i);
        }
        return sum.reduceLanes(VectorOperators.ADD) + tailExp(scores, Kind.BF16, at, bound, columns, max);
    }

    private static float rowF32(MemorySegment scores, long at, int columns) {
        int bound = columns - columns % Lanes.WIDTH;
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < bound; i += Lanes.WIDTH) {
            most = most.max(Lanes.loadF32(scores, at + 4L * i));
        }
        float max = tailMax(scores, Kind.F32, at, bound, columns, most.reduceLanes(VectorOperators.MAX));
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < bound; i += Lanes.WIDTH) {
            FloatVector e = Lanes.loadF32(scores, at + 4L * i).sub(max).lanewise(VectorOperators.EXP);
            sum = sum.add(e);
            Lanes.storeF32(e, scores, at + 4L * i);
        }
        return sum.reduceLanes(VectorOperators.ADD) + tailExp(scores, Kind.F32, at, bound, columns, max);
    }

    private static float tailMax(MemorySegment scores, Kind kind, long at, int from, int to, float max) {
        float most = max;
        for (int i = from; i < to; i++) {
            most = Math.max(most, Lanes.load1(scores, kind, at + (long) i * kind.bytes()));
        }
        return most;
    }

    private static float tailExp(MemorySegment scores, Kind kind, long at, int from, int to, float max) {
        float sum = 0;
        for (int i = from; i < to; i++) {
            long offset = at + (long) i * kind.bytes();
            float e = (float) Math.exp(Lanes.load1(scores, kind, offset) - max);
            sum += e;
            Lanes.store1(e, scores, kind, offset);
        }
        return sum;
    }
}
