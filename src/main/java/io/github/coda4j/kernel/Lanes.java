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

/** Loads and stores of one vector, or one element, in each {@link Kind}; offsets are in bytes. */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int WIDTH = FLOATS.length();

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    /** Vectors of 128 bits have no quarter to hold their lanes as bytes. */
    private static final boolean HAS_BYTES = FLOATS.vectorBitSize() >= 256;

    private static final VectorSpecies<Byte> BYTES = HAS_BYTES
            ? VectorSpecies.of(byte.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 4))
            : ByteVector.SPECIES_64;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

    /** Rows whose largest magnitude is below this are rows of zeros in bytes: the reciprocal of their scale would overflow. */
    static final float LEAST_ABS_MAX = 0x1p-120f;

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

    static FloatVector load(MemorySegment memory, Kind kind, long offset) {
        return kind == Kind.F32 ? loadF32(memory, offset) : loadBf16(memory, offset);
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

    static void store(FloatVector value, MemorySegment memory, Kind kind, long offset) {
        if (kind == Kind.F32) {
            storeF32(value, memory, offset);
        } else {
            storeBf16(value, memory, offset);
        }
    }

    static float load1(MemorySegment memory, Kind kind, long offset) {
        return kind == Kind.F32
                ? memory.get(FLOAT, offset)
                : Float.intBitsToFloat((memory.get(SHORT, offset) & 0xFFFF) << 16);
    }

    static void store1(float value, MemorySegment memory, Kind kind, long offset) {
        if (kind == Kind.F32) {
            memory.set(FLOAT, offset, value);
        } else {
            memory.set(SHORT, offset, toBf16(value));
        }
    }

    static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + ((bits >>> 16) & 1) + 0x7FFF) >>> 16);
    }

    /**
     * Quantizes a row of floats to unsigned bytes around 128 with the scale absMax / 127 and returns that scale; a row of zeros gets
     * scale 0.
     */
    static float quantizeRow(float[] row, int length, float absMax, MemorySegment out, long offset) {
        float inverse = absMax < LEAST_ABS_MAX ? 0 : 127f / absMax;
        int i = 0;
        if (HAS_BYTES) {
            for (; i <= length - WIDTH; i += WIDTH) {
                FloatVector shifted =
                        FloatVector.fromArray(FLOATS, row, i).mul(inverse).add(128.5f);
                IntVector whole = (IntVector) shifted.convertShape(VectorOperators.F2I, INTS, 0);
                ((ByteVector) whole.convertShape(VectorOperators.I2B, BYTES, 0))
                        .intoMemorySegment(out, offset + i, ORDER);
            }
        }
        for (; i < length; i++) {
            out.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (int) (row[i] * inverse + 128.5f));
        }
        return absMax < LEAST_ABS_MAX ? 0 : absMax / 127f;
    }

    /** Writes a row of floats in the given kind and returns its scale, which is 1 unless the kind is {@link Kind#U8}. */
    static float writeRow(float[] row, int length, float absMax, MemorySegment out, Kind kind, long rowIndex) {
        long offset = rowIndex * length * kind.bytes();
        if (kind == Kind.U8) {
            return quantizeRow(row, length, absMax, out, offset);
        }
        int i = 0;
        for (; i <= length - WIDTH; i += WIDTH) {
            store(FloatVector.fromArray(FLOATS, row, i), out, kind, offset + (long) i * kind.bytes());
        }
        for (; i < length; i++) {
            store1(row[i], out, kind, offset + (long) i * kind.bytes());
        }
        return 1;
    }

    /** The largest magnitude in the row. */
    static float absMax(float[] row, int length) {
        int i = 0;
        FloatVector most = FloatVector.zero(FLOATS);
        for (; i <= length - WIDTH; i += WIDTH) {
            most = most.max(FloatVector.fromArray(FLOATS, row, i).abs());
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        for (; i < length; i++) {
            max = Math.max(max, Math.abs(row[i]));
        }
        return max;
    }
}
