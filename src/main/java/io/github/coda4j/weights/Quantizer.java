package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;

/**
 * Symmetric int8 quantization per output channel (row): {@code scale = max|w| / 127}, {@code q = round(w / scale)} with
 * ties to even, so that {@code w ~ q * scale} with an error of at most half a scale. A row of zeros, or of values so
 * small that the scale would vanish, gets scale 0 and zeros.
 */
public final class Quantizer {
    private static final int MAX = 127;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Quantizer() {}

    /**
     * Quantizes consecutive rows, on several threads; the segments must be accessible to them (heap, shared or
     * automatic arena).
     *
     * @param weights [rows, columns] of the given kind
     * @param kind F32, BF16 or F16
     * @param quantized [rows, columns] I8, is filled
     * @param scales [rows] F32, is filled
     * @param tensor name for messages
     * @param firstRow number of the first row for messages
     * @throws CodaException naming tensor, row and column of a NaN or infinity
     */
    public static void quantize(
            MemorySegment weights,
            DType kind,
            long columns,
            MemorySegment quantized,
            MemorySegment scales,
            String tensor,
            long firstRow) {
        check(columns > 0 && columns <= Integer.MAX_VALUE, "a row must have 1 to 2^31-1 columns, got %d", columns);
        long rows = scales.byteSize() / Float.BYTES;
        check(
                weights.byteSize() == rows * columns * kind.bytes() && quantized.byteSize() == rows * columns,
                "%s: %d rows of %d do not fit %d bytes of %s and %d of I8",
                tensor,
                rows,
                columns,
                weights.byteSize(),
                kind,
                quantized.byteSize());
        LongStream.range(0, rows).parallel().forEach(row -> {
            float[] values = new float[(int) columns];
            DTypeConversion.read(weights, kind, row * columns, values, values.length);
            float largest = largestMagnitude(values, tensor, firstRow + row);
            byte[] rounded = new byte[values.length];
            float scale = quantizeRow(values, largest, rounded);
            MemorySegment.copy(rounded, 0, quantized, ValueLayout.JAVA_BYTE, row * columns, rounded.length);
            scales.set(FLOAT, row * Float.BYTES, scale);
        });
    }

    /** Throws when the row holds a NaN or an infinity. */
    static float largestMagnitude(float[] values, String tensor, long row) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        if (!Float.isFinite(largest)) {
            throw notFinite(values, tensor, row);
        }
        return largest;
    }

    private static float quantizeRow(float[] values, float largest, byte[] rounded) {
        float scale = largest / MAX;
        if (scale < Float.MIN_NORMAL) {
            return 0;
        }
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (byte) Math.rint(values[i] / scale);
        }
        return scale;
    }

    private static CodaException notFinite(float[] values, String tensor, long row) {
        int column = 0;
        while (Float.isFinite(values[column])) {
            column++;
        }
        return CodaException.of(
                "tensor %s holds %s in row %d, column %d; such weights cannot be used",
                tensor, values[column], row, column);
    }
}
