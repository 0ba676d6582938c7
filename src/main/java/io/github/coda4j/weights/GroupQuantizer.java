package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;

/**
 * 4-bit quantization in two levels (QServe's order, Lin et al. 2024, "QServe: W4A8KV4", section 4.1): a row is scaled
 * to int8, {@code w ~ v * scale}, and a group of its columns is rounded once more, {@code v = step * (q - zero)} with q
 * from 0 to 15, a whole step from 1 to 16 and a whole zero from 0 to 15. So v is int8 again, from -128 to 127, and sums
 * of products stay whole numbers with one scale for the row. Step and zero of a group are those that lose least, in
 * squares, of some that come near its least and largest value.
 */
public final class GroupQuantizer {
    /** Columns that share step and zero; the last group of a row may have fewer. */
    public static final int GROUP = 64;

    /** Largest q. */
    static final int LEVELS = 15;

    /** Largest step: a group that spans the whole row's range takes it. */
    static final int MOST_STEPS = 16;

    /** Magnitude that a row is scaled to: a group of 16 steps spans it on both sides. */
    private static final int MAX = 119;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private GroupQuantizer() {}

    /** Bytes of a row's q: two columns in each, the first one in the lower bits. */
    public static long valueBytes(long columns) {
        return Math.ceilDiv(columns, 2);
    }

    /** Bytes of a row's steps and zeros: one for each group, {@code step - 1} in the lower bits, zero in the upper. */
    public static long groupBytes(long columns) {
        return Math.ceilDiv(columns, GROUP);
    }

    /**
     * Quantizes consecutive rows, on several threads; the segments must be accessible to them (heap, shared or
     * automatic arena).
     *
     * @param weights [rows, columns] of the given kind
     * @param kind F32, BF16 or F16
     * @param values [rows, {@link #valueBytes}], is filled
     * @param groups [rows, {@link #groupBytes}], is filled
     * @param scales [rows] F32, is filled; 0 for a row of zeros or of values so small that the scale would vanish
     * @param tensor name for messages
     * @param firstRow number of the first row for messages
     * @throws io.github.coda4j.CodaException naming tensor, row and column of a NaN or infinity
     */
    public static void quantize(
            MemorySegment weights,
            DType kind,
            long columns,
            MemorySegment values,
            MemorySegment groups,
            MemorySegment scales,
            String tensor,
            long firstRow) {
        check(columns > 0 && columns <= Integer.MAX_VALUE, "a row must have 1 to 2^31-1 columns, got %d", columns);
        long rows = scales.byteSize() / Float.BYTES;
        check(
                weights.byteSize() == rows * columns * kind.bytes()
                        && values.byteSize() == rows * valueBytes(columns)
                        && groups.byteSize() == rows * groupBytes(columns),
                "%s: %d rows of %d do not fit %d bytes of %s, %d of values and %d of groups",
                tensor,
                rows,
                columns,
                weights.byteSize(),
                kind,
                values.byteSize(),
                groups.byteSize());
        LongStream.range(0, rows).parallel().forEach(row -> {
            float[] numbers = new float[(int) columns];
            DTypeConversion.read(weights, kind, row * columns, numbers, numbers.length);
            float scale = Quantizer.largestMagnitude(numbers, tensor, firstRow + row) / MAX;
            byte[] packed = new byte[(int) valueBytes(columns)];
            byte[] steps = new byte[(int) groupBytes(columns)];
            scale = scale < Float.MIN_NORMAL ? 0 : scale;
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = scale == 0 ? 0 : numbers[i] / scale;
            }
            int[] q = new int[GROUP];
            for (int group = 0; group < steps.length; group++) {
                int first = group * GROUP;
                int count = Math.min(GROUP, numbers.length - first);
                steps[group] = (byte) quantize(numbers, first, count, q);
                for (int i = 0; i < count; i++) {
                    packed[(first + i) / 2] |= (byte) (q[i] << 4 * ((first + i) % 2));
                }
            }
            MemorySegment.copy(packed, 0, values, ValueLayout.JAVA_BYTE, row * packed.length, packed.length);
            MemorySegment.copy(steps, 0, groups, ValueLayout.JAVA_BYTE, row * steps.length, steps.length);
            scales.set(FLOAT, row * Float.BYTES, scale);
        });
    }

    /** Gives the group's byte and fills its q. */
    private static int quantize(float[] numbers, int first, int count, int[] q) {
        float least = 0;
        float largest = 0;
        for (int i = first; i < first + count; i++) {
            least = Math.min(least, numbers[i]);
            largest = Math.max(largest, numbers[i]);
        }
        int widest = Math.clamp((int) Math.ceil((largest - least) / LEVELS), 1, MOST_STEPS);
        int best = 0;
        double lost = Double.POSITIVE_INFINITY;
        for (int step = Math.max(1, widest * 2 / 3); step <= widest; step++) {
            int middle = Math.round(LEVELS / 2f - (largest + least) / (2 * step));
            for (int zero = Math.max(0, middle - 1); zero <= Math.min(LEVELS, middle + 1); zero++) {
                // Whatever q stands there is an int8 then. Of these numbers none would be outside, but a reader may
                // rely
                // on it.
                if (step * zero <= 128 && step * (LEVELS - zero) <= 127) {
                    double loses = loss(numbers, first, count, step, zero);
                    if (loses < lost) {
                        lost = loses;
                        best = step - 1 | zero << 4;
                    }
                }
            }
        }
        int step = (best & 15) + 1;
        int zero = best >> 4;
        for (int i = 0; i < count; i++) {
            q[i] = Math.clamp((int) Math.rint(numbers[first + i] / step) + zero, 0, LEVELS);
        }
        return best;
    }

    private static double loss(float[] numbers, int first, int count, int step, int zero) {
        float inverse = 1f / step;
        float sum = 0;
        for (int i = first; i < first + count; i++) {
            float steps = numbers[i] * inverse;
            float rounded = Math.max(-zero, Math.min(LEVELS - zero, (float) Math.rint(steps)));
            sum += (steps - rounded) * (steps - rounded);
        }
        return (double) sum * step * step;
    }
}
