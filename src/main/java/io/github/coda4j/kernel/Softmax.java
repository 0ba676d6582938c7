package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponentials of attention scores, left unnormalized: the sums divide the product with the values later, on fewer
 * elements.
 */
public final class Softmax {
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;

    /** Minus infinity in the order of {@link #maxBf16}. */
    private static final short LEAST = (short) (0xFF80 ^ Short.MAX_VALUE);

    /** All bytes of a score that is about -1.7e38, in either kind. */
    private static final byte HIDDEN = (byte) 0xFE;

    private static final float[] NONE = new float[0];

    private Softmax() {}

    /**
     * Replaces each score x of a row by exp(x - max), or by exp(-86), which is nothing, where that is more. A NaN makes
     * the sum of its row NaN, as a row of minus infinities does.
     *
     * <p>Offsets are trusted beyond the bounds of the memory itself.
     *
     * @param scores [rows, columns] in {@code kind} (F32 or BF16), from element {@code first} on
     * @param inverseSums receives 1 / sum of the row's exponentials, from index {@code sumsFirst} on
     */
    public static void exponentiate(
            MemorySegment scores,
            NumberKind kind,
            long first,
            int rows,
            int columns,
            float[] inverseSums,
            int sumsFirst) {
        exponentiate(scores, kind, first, rows, columns, inverseSums, NONE, sumsFirst);
    }

    /**
     * The same for a pass that will run backward.
     *
     * @param logSums receives the logarithm of the sum of exp(x) over each row, from index {@code sumsFirst} on: exp(x
     *     - logSum) is a score's probability. An empty array where it is not wanted
     */
    public static void exponentiate(
            MemorySegment scores,
            NumberKind kind,
            long first,
            int rows,
            int columns,
            float[] inverseSums,
            float[] logSums,
            int sumsFirst) {
        float[] lanes = new float[Lanes.WIDTH];
        for (int r = 0; r < rows; r++) {
            long at = (first + (long) r * columns) * kind.bytes();
            float max = switch (kind) {
                case F32 -> maxF32(scores, at, columns);
                case BF16 -> maxBf16(scores, at, columns);
                case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
            };
            float sum = kind == NumberKind.F32
                    ? expF32(scores, at, columns, max, lanes)
                    : expBf16(scores, at, columns, max, lanes);
            inverseSums[sumsFirst + r] = 1 / sum;
            if (logSums.length > 0) {
                logSums[sumsFirst + r] = (float) (max + Math.log(sum));
            }
        }
    }

    /**
     * Makes scores so small that {@link #exponentiate} makes nothing of them, beside at least one that is not.
     *
     * @param first element of {@code scores}, F32 or BF16
     */
    public static void hide(MemorySegment scores, NumberKind kind, long first, long count) {
        if (count > 0) {
            scores.asSlice(first * kind.bytes(), count * kind.bytes()).fill(HIDDEN);
        }
    }

    /** As integers, those of negative numbers with all other bits flipped, the numbers keep their order. */
    private static float maxBf16(MemorySegment scores, long at, int columns) {
        ShortVector most = ShortVector.broadcast(SHORTS, LEAST);
        int i = 0;
        for (; i <= columns - SHORTS.length(); i += SHORTS.length()) {
            ShortVector bits = ShortVector.fromMemorySegment(SHORTS, scores, at + 2L * i, ByteOrder.LITTLE_ENDIAN);
            ShortVector flips = bits.lanewise(VectorOperators.ASHR, 15).and(Short.MAX_VALUE);
            most = bits.lanewise(VectorOperators.XOR, flips).max(most);
        }
        int max = ShortVector.broadcast(SHORTS, LEAST).max(most).reduceLanes(VectorOperators.MAX);
        float largest = Float.intBitsToFloat((max ^ (max >> 15 & Short.MAX_VALUE)) << 16);
        return tailMax(scores, NumberKind.BF16, at, i, columns, largest);
    }

    private static float maxF32(MemorySegment scores, long at, int columns) {
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= columns - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x = Lanes.loadF32(scores, at + 4L * i);
            most = x.blend(most, x.compare(VectorOperators.LE, most));
        }
        float max = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY)
                .max(most)
                .reduceLanes(VectorOperators.MAX);
        return tailMax(scores, NumberKind.F32, at, i, columns, max);
    }

    private static float tailMax(MemorySegment scores, NumberKind kind, long at, int from, int to, float max) {
        float most = max;
        for (int i = from; i < to; i++) {
            most = Math.max(most, Lanes.load1(scores, kind, at + (long) i * kind.bytes()));
        }
        return most;
    }

    private static float expBf16(MemorySegment scores, long at, int columns, float max, float[] lanes) {
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, max);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= columns - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector e =
                    Exp.coarse(Exp.clamp(Lanes.loadBf16(scores, at + 2L * i).sub(most)));
            sum = e.add(sum);
            Lanes.storeBf16(e, scores, at + 2L * i);
        }
        return Lanes.sum(sum, lanes) + tailExp(scores, NumberKind.BF16, at, i, columns, max);
    }

    private static float expF32(MemorySegment scores, long at, int columns, float max, float[] lanes) {
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, max);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= columns - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector e = Exp.of(Exp.clamp(Lanes.loadF32(scores, at + 4L * i).sub(most)));
            sum = e.add(sum);
            Lanes.storeF32(e, scores, at + 4L * i);
        }
        return Lanes.sum(sum, lanes) + tailExp(scores, NumberKind.F32, at, i, columns, max);
    }

    private static float tailExp(MemorySegment scores, NumberKind kind, long at, int from, int to, float max) {
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
