package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A weight of 4 bits as it is stored: {@code w = scale * step * (q - zero)}, one scale per output, one whole step and
 * zero per group of inputs. {@code step * (q - zero)} fits a signed byte, so that such a weight is an int8 one in half
 * the memory.
 *
 * @param values rows [ceil(inputs / 2)]: q from 0 to 15 of two inputs in each byte, the first one's in the lower bits
 * @param groups rows [ceil(inputs / group)]: step - 1 in the lower bits, zero in the upper
 * @param scales [outputs]
 * @param group inputs that share step and zero, an even number
 */
public record Int4Weight(WeightRows values, WeightRows groups, float[] scales, int outputs, int inputs, int group) {
    public Int4Weight {
        check(group > 0 && group % 2 == 0, "a group must have an even number of inputs, got %d", group);
        checkScales(scales, outputs);
    }

    /** One scale per output, of 4 bits and of int8. */
    static void checkScales(float[] scales, int outputs) {
        check(scales.length == outputs, "%d outputs need as many scales, got %d", outputs, scales.length);
    }

    /**
     * The same weight in int8.
     *
     * @param target filled with [outputs, inputs]
     */
    void unpack(MemorySegment target) {
        byte[] row = new byte[inputs];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment q = arena.allocate(Math.ceilDiv(inputs, 2));
            MemorySegment steps = arena.allocate(Math.ceilDiv(inputs, group));
            for (int output = 0; output < outputs; output++) {
                values.read(output, 1, q);
                groups.read(output, 1, steps);
                unpack(q, steps, row);
                MemorySegment.copy(row, 0, target, ValueLayout.JAVA_BYTE, (long) output * inputs, inputs);
            }
        }
    }

    private void unpack(MemorySegment q, MemorySegment steps, byte[] row) {
        for (int i = 0; i < inputs; i++) {
            byte stepAndZero = steps.get(ValueLayout.JAVA_BYTE, i / group);
            int step = (stepAndZero & 15) + 1;
            int zero = stepAndZero >> 4 & 15;
            int value = q.get(ValueLayout.JAVA_BYTE, i / 2) >> 4 * (i % 2) & 15;
            row[i] = (byte) (step * (value - zero));
        }
    }
}
