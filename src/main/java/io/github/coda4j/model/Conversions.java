package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Changes of floating dtype over native memory; narrowing rounds to nearest even. */
final class Conversions {
    private Conversions() {}

    static void convert(MemorySegment source, DType from, MemorySegment target, DType to, long elements) {
        for (long i = 0; i < elements; i++) {
            float value = switch (from) {
                case F32 -> source.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
                case BF16 -> Float.intBitsToFloat(source.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) << 16);
                case F16 -> Float.float16ToFloat(source.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i));
                default -> throw new IllegalArgumentException("no conversion from " + from);
            };
            switch (to) {
                case F32 -> target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value);
                case BF16 -> {
                    int bits = Float.floatToRawIntBits(value);
                    target.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, (short)
                            ((bits + ((bits >>> 16) & 1) + 0x7FFF) >>> 16));
                }
                default -> throw new IllegalArgumentException("no conversion to " + to);
            }
        }
    }

    /** Symmetric int8 with one scale per row: scale = max|x| / 127, q = round(x / scale); a row of zeros gets scale 0. */
    static void quantizeRows(MemorySegment floats, int rows, int width, MemorySegment target, float[] scales, int at) {
        for (int r = 0; r < rows; r++) {
            long first = (long) r * width;
            float max = 0;
            for (int i = 0; i < width; i++) {
                max = Math.max(max, Math.abs(floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, first + i)));
            }
            scales[at + r] = max / 127;
            float inverse = max == 0 ? 0 : 127 / max;
            for (int i = 0; i < width; i++) {
                target.set(ValueLayout.JAVA_BYTE, first + i, (byte)
                        Math.round(floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, first + i) * inverse));
            }
        }
    }
}
