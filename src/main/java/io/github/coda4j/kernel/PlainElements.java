package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The plain twin of {@link Lanes}: one element at a time, as {@link NumberKind} defines it. */
final class PlainElements {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PlainElements() {}

    static float get(MemorySegment memory, NumberKind kind, long index) {
        return switch (kind) {
            case F32 -> memory.get(FLOAT, index * 4);
            case BF16 -> Float.intBitsToFloat(memory.get(SHORT, index * 2) << 16);
            case U8, U7 -> throw new IllegalArgumentException("bytes are read with a scale only");
        };
    }

    static void put(double value, MemorySegment memory, NumberKind kind, long index) {
        switch (kind) {
            case F32 -> memory.set(FLOAT, index * 4, (float) value);
            case BF16 -> memory.set(SHORT, index * 2, toBf16((float) value));
            case U8, U7 -> throw new IllegalArgumentException("bytes are written with a scale only");
        }
    }

    /** The nearer of the two neighbours in BF16, of equally near ones the one whose last bit is 0. */
    static short toBf16(float value) {
        if (!Float.isFinite(value)) {
            return (short) (Float.floatToIntBits(value) >>> 16);
        }
        int toZero = Float.floatToIntBits(value) & 0xFFFF0000;
        int away = toZero + 0x10000;
        double awayValue = Float.isInfinite(Float.intBitsToFloat(away))
                ? Math.copySign(0x1p128, value)
                : Float.intBitsToFloat(away);
        double down = Math.abs((double) value - Float.intBitsToFloat(toZero));
        double up = Math.abs(awayValue - value);
        boolean isEven = (toZero >>> 16 & 1) == 0;
        return (short) ((down < up || down == up && isEven ? toZero : away) >>> 16);
    }

    /** Writes row {@code rowIndex} of a matrix in any kind and returns its scale. */
    static float putRow(double[] row, MemorySegment out, NumberKind kind, long rowIndex) {
        long first = rowIndex * row.length;
        if (kind.isQuantized()) {
            return putBytes(row, out, kind, first);
        }
        for (int i = 0; i < row.length; i++) {
            put(row[i], out, kind, first + i);
        }
        return 1;
    }

    private static float putBytes(double[] row, MemorySegment out, NumberKind kind, long first) {
        float absMax = 0;
        for (double x : row) {
            absMax = Math.max(absMax, Math.abs((float) x));
        }
        float scale = absMax < Lanes.LEAST_ABS_MAX ? 0 : absMax / kind.steps();
        for (int i = 0; i < row.length; i++) {
            long steps = scale == 0 ? 0 : Math.round(row[i] / scale);
            out.set(ValueLayout.JAVA_BYTE, first + i, (byte) (steps + kind.zero()));
        }
        return scale;
    }
}
