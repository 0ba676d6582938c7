package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Conversions between the floating kinds of weights: anything of F32, BF16, F16 to F32 (exact) and to BF16 (rounded to
 * the nearest, ties to even; NaN stays NaN). Segments need no alignment. Large conversions run on several threads when
 * both segments may be touched by them.
 */
public final class DTypeConversion {
    /** What can be read. */
    public static final Set<DType> SOURCES = Set.copyOf(EnumSet.of(DType.F32, DType.BF16, DType.F16));
    /** What can be written. */
    public static final Set<DType> TARGETS = Set.copyOf(EnumSet.of(DType.F32, DType.BF16));

    private static final int BLOCK = 1 << 16;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private DTypeConversion() {}

    /**
     * Converts all elements.
     *
     * @param from one of {@link #SOURCES}
     * @param target as many elements as the source; must not overlap it
     * @param to one of {@link #TARGETS}
     */
    public static void convert(MemorySegment source, DType from, MemorySegment target, DType to) {
        check(SOURCES.contains(from), "cannot convert from %s, only from %s", from, SOURCES);
        check(TARGETS.contains(to), "cannot convert to %s, only to %s", to, TARGETS);
        long elements = source.byteSize() / from.bytes();
        check(
                elements * from.bytes() == source.byteSize() && elements * to.bytes() == target.byteSize(),
                "%d bytes of %s do not convert into %d bytes of %s",
                source.byteSize(),
                from,
                target.byteSize(),
                to);
        if (from == to) {
            target.copyFrom(source);
            return;
        }
        LongStream blocks = LongStream.range(0, (elements + BLOCK - 1) / BLOCK);
        (isShareable(source) && isShareable(target) ? blocks.parallel() : blocks).forEach(block -> {
            long first = block * BLOCK;
            int count = (int) Math.min(BLOCK, elements - first);
            float[] values = new float[count];
            read(source, from, first, values, count);
            write(values, target, to, first, count);
        });
    }

    /** Whether threads other than its owner may touch the segment. */
    private static boolean isShareable(MemorySegment segment) {
        return segment.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}));
    }

    /** Widens {@code count} elements from element {@code first} on into the array's start. */
    static void read(MemorySegment source, DType from, long first, float[] values, int count) {
        switch (from) {
            case F32 -> MemorySegment.copy(source, FLOAT, first * Float.BYTES, values, 0, count);
            case BF16 -> {
                short[] bits = shorts(source, first, count);
                for (int i = 0; i < count; i++) {
                    values[i] = Float.intBitsToFloat(bits[i] << 16);
                }
            }
            case F16 -> {
                short[] bits = shorts(source, first, count);
                for (int i = 0; i < count; i++) {
                    values[i] = Float.float16ToFloat(bits[i]);
                }
            }
            case F64, I8, U8, I16, I32, I64, BOOL -> throw new IllegalArgumentException("not a weight kind: " + from);
        }
    }

    private static void write(float[] values, MemorySegment target, DType to, long first, int count) {
        if (to == DType.F32) {
            MemorySegment.copy(values, 0, target, FLOAT, first * Float.BYTES, count);
            return;
        }
        short[] bits = new short[count];
        for (int i = 0; i < count; i++) {
            bits[i] = toBf16(values[i]);
        }
        MemorySegment.copy(bits, 0, target, SHORT, first * Short.BYTES, count);
    }

    private static short[] shorts(MemorySegment source, long first, int count) {
        short[] bits = new short[count];
        MemorySegment.copy(source, SHORT, first * Short.BYTES, bits, 0, count);
        return bits;
    }

    /** The bits of the nearest BF16 value, ties to even; a NaN stays a (quiet) NaN. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7fff + ((bits >>> 16) & 1);
        return (short) ((value != value ? bits | 0x0040_0000 : rounded) >>> 16);
    }

    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
