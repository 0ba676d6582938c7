package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moves rows between memory of each {@link NumberKind} and arrays of floats; offsets are in bytes.
 *
 * <p>All kernels compute on arrays, so that only the few loops here exist once per kind. Loops over vectors run over at
 * most {@link #BLOCK} elements per call: a method that is called often is compiled long before a loop that turns often,
 * and until then a vector operation costs a thousand times more. Results do not depend on whether the code is compiled
 * yet.
 *
 * <p>What a loop carries from turn to turn is an argument of vector operations there, never their receiver: to the
 * compiler it is any vector, and where its profile does not tell more, a call on it stays a call, with a vector in
 * memory, at ten times the cost.
 */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int WIDTH = FLOATS.length();
    /** Elements that a loop over vectors handles in one call at most. */
    static final int BLOCK = 32 * WIDTH;
    /**
     * Rows whose largest magnitude is below this are rows of zeros in bytes: the reciprocal of their scale would
     * overflow.
     */
    static final float LEAST_ABS_MAX = 0x1p-120f;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    /** Vectors of 128 bits have no quarter to hold their lanes as bytes. */
    private static final boolean HAS_BYTES = FLOATS.vectorBitSize() >= 256;

    private static final VectorSpecies<Byte> BYTES = HAS_BYTES
            ? VectorSpecies.of(byte.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 4))
            : ByteVector.SPECIES_64;
    /** Adding 1.5 * 2^23 leaves the nearest integer in the lowest bits. */
    private static final float ROUNDER = 12_582_912f;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

    private Lanes() {}

    static FloatVector loadF32(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(FLOATS, memory, offset, ORDER);
    }

    static FloatVector loadBf16(MemorySegment memory, long offset) {
        return ((IntVector) ShortVector.fromMemorySegment(SHORTS, memory, offset, ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats();
    }

    static void storeF32(FloatVector value, MemorySegment memory, long offset) {
        value.intoMemorySegment(memory, offset, ORDER);
    }

    static void storeBf16(FloatVector value, MemorySegment memory, long offset) {
        IntVector bits = value.reinterpretAsInts();
        IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
        ((ShortVector) bits.add(odd)
                        .add(0x7FFF)
                        .lanewise(VectorOperators.LSHR, 16)
                        .convertShape(VectorOperators.I2S, SHORTS, 0))
                .intoMemorySegment(memory, offset, ORDER);
    }

    static float load1(MemorySegment memory, NumberKind kind, long offset) {
        return kind == NumberKind.F32
                ? memory.get(FLOAT, offset)
                : Float.intBitsToFloat((memory.get(SHORT, offset) & 0xFFFF) << 16);
    }

    static void store1(float value, MemorySegment memory, NumberKind kind, long offset) {
        if (kind == NumberKind.F32) {
            memory.set(FLOAT, offset, value);
        } else {
            memory.set(SHORT, offset, toBf16(value));
        }
    }

    /**
     * Rounds to the nearest, of equally near ones to the even; a NaN stays one unless all its lower 16 bits and more
     * are set.
     */
    static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + ((bits >>> 16) & 1) + 0x7FFF) >>> 16);
    }

    /**
     * Reads {@code count} elements of F32 or BF16 from element {@code first} on, times a factor, into the row from
     * {@code from} on.
     */
    static void read(
            MemorySegment memory, NumberKind kind, long first, float factor, float[] row, int from, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            int length = Math.min(BLOCK, count - i);
            switch (kind) {
                case F32 -> readF32(memory, 4 * (first + i), factor, row, from + i, length);
                case BF16 -> readBf16(memory, 2 * (first + i), factor, row, from + i, length);
                case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
            }
        }
    }

    private static void readF32(MemorySegment memory, long at, float factor, float[] row, int from, int count) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            loadF32(memory, at + 4L * i).mul(factors).intoArray(row, from + i);
        }
        for (; i < count; i++) {
            row[from + i] = load1(memory, NumberKind.F32, at + 4L * i) * factor;
        }
    }

    private static void readBf16(MemorySegment memory, long at, float factor, float[] row, int from, int count) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            loadBf16(memory, at + 2L * i).mul(factors).intoArray(row, from + i);
        }
        for (; i < count; i++) {
            row[from + i] = load1(memory, NumberKind.BF16, at + 2L * i) * factor;
        }
    }

    /** Copies at most BLOCK elements of F32 or BF16, times a factor, into F32. */
    static void copy(
            MemorySegment from, NumberKind kind, long first, float factor, int count, MemorySegment to, long toFirst) {
        switch (kind) {
            case F32 -> copyF32(from, 4 * first, factor, count, to, 4 * toFirst);
            case BF16 -> copyBf16(from, 2 * first, factor, count, to, 4 * toFirst);
            case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
        }
    }

    private static void copyF32(MemorySegment from, long at, float factor, int count, MemorySegment to, long toAt) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            storeF32(loadF32(from, at + 4L * i).mul(factors), to, toAt + 4L * i);
        }
        for (; i < count; i++) {
            store1(load1(from, NumberKind.F32, at + 4L * i) * factor, to, NumberKind.F32, toAt + 4L * i);
        }
    }

    private static void copyBf16(MemorySegment from, long at, float factor, int count, MemorySegment to, long toAt) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            storeF32(loadBf16(from, at + 2L * i).mul(factors), to, toAt + 4L * i);
        }
        for (; i < count; i++) {
            store1(load1(from, NumberKind.BF16, at + 2L * i) * factor, to, NumberKind.F32, toAt + 4L * i);
        }
    }

    /** Writes {@code count} floats in F32 or BF16 from element {@code first} on. */
    static void write(float[] row, int from, int count, MemorySegment memory, NumberKind kind, long first) {
        for (int i = 0; i < count; i += BLOCK) {
            int length = Math.min(BLOCK, count - i);
            switch (kind) {
                case F32 -> writeF32(row, from + i, length, memory, 4 * (first + i));
                case BF16 -> writeBf16(row, from + i, length, memory, 2 * (first + i));
                case U8, U7 -> throw new IllegalArgumentException("bytes are written in whole rows only");
            }
        }
    }

    private static void writeF32(float[] row, int from, int count, MemorySegment memory, long at) {
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            storeF32(FloatVector.fromArray(FLOATS, row, from + i), memory, at + 4L * i);
        }
        for (; i < count; i++) {
            store1(row[from + i], memory, NumberKind.F32, at + 4L * i);
        }
    }

    private static void writeBf16(float[] row, int from, int count, MemorySegment memory, long at) {
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            storeBf16(FloatVector.fromArray(FLOATS, row, from + i), memory, at + 2L * i);
        }
        for (; i < count; i++) {
            store1(row[from + i], memory, NumberKind.BF16, at + 2L * i);
        }
    }

    /**
     * Writes the first {@code length} floats as row {@code rowIndex} of a matrix of that width and returns the row's
     * scale: 1 for F32 and BF16. For bytes it is absMax / {@link NumberKind#steps}, 0 for a row of zeros, and not
     * finite for a row with a NaN or an infinity, whose bytes then mean nothing.
     */
    static float writeRow(float[] row, int length, MemorySegment out, NumberKind kind, long rowIndex) {
        if (!kind.isQuantized()) {
            write(row, 0, length, out, kind, rowIndex * length);
            return 1;
        }
        int bits = 0;
        for (int i = 0; i < length; i += BLOCK) {
            bits = Math.max(bits, absMaxBits(row, i, Math.min(BLOCK, length - i)));
        }
        float absMax = Float.intBitsToFloat(bits);
        boolean isZero = absMax < LEAST_ABS_MAX;
        float inverse = isZero ? 0 : kind.steps() / absMax;
        float rounder = ROUNDER + kind.zero();
        for (int i = 0; i < length; i += BLOCK) {
            quantize(row, i, Math.min(BLOCK, length - i), inverse, rounder, out, rowIndex * length + i);
        }
        return isZero ? 0 : absMax / kind.steps();
    }

    /** The largest magnitude as raw bits: those order like the magnitudes, with NaN above infinity. */
    private static int absMaxBits(float[] row, int from, int count) {
        int i = 0;
        IntVector most = IntVector.zero(INTS);
        for (; i <= count - WIDTH; i += WIDTH) {
            IntVector bits = FloatVector.fromArray(FLOATS, row, from + i).reinterpretAsInts();
            most = bits.and(Integer.MAX_VALUE).max(most);
        }
        int max = IntVector.zero(INTS).max(most).reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            max = Math.max(max, Float.floatToRawIntBits(row[from + i]) & Integer.MAX_VALUE);
        }
        return max;
    }

    private static void quantize(
            float[] row, int from, int count, float inverse, float rounder, MemorySegment out, long at) {
        int i = 0;
        if (HAS_BYTES) {
            FloatVector rounders = FloatVector.broadcast(FLOATS, rounder);
            FloatVector factor = FloatVector.broadcast(FLOATS, inverse);
            for (; i <= count - WIDTH; i += WIDTH) {
                IntVector bits = FloatVector.fromArray(FLOATS, row, from + i)
                        .fma(factor, rounders)
                        .reinterpretAsInts();
                ((ByteVector) bits.convertShape(VectorOperators.I2B, BYTES, 0)).intoMemorySegment(out, at + i, ORDER);
            }
        }
        for (; i < count; i++) {
            int bits = Float.floatToRawIntBits(Math.fma(row[from + i], inverse, rounder));
            out.set(ValueLayout.JAVA_BYTE, at + i, (byte) bits);
        }
    }

    /**
     * The sum of a vector's lanes in a fixed order: that of reduceLanes changes when the code is compiled, and with it
     * the last digit.
     *
     * @param lanes scratch, [WIDTH]
     */
    static float sum(FloatVector vector, float[] lanes) {
        FloatVector.zero(FLOATS).add(vector).intoArray(lanes, 0);
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        for (int i = 0; i < WIDTH; i += 4) {
            a += lanes[i];
            b += lanes[i + 1];
            c += lanes[i + 2];
            d += lanes[i + 3];
        }
        return (a + b) + (c + d);
    }
}
