package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A weight of 4 bits as it is stored: {@code w = scale * step * (q - zero)}, one scale per output, one whole step and
 * zero per group of inputs. {@code step * (q - zero)} fits a signed byte, so that such a weight is an int8 one in half
 * the memory.
 *
 * @param values [outputs, ceil(inputs / 2)]: q from 0 to 15 of two inputs in each byte, the first one's in the lower
 *     bits
 * @param groups [outputs, ceil(inputs / group)]: step - 1 in the lower bits, zero in the upper
 * @param scales [outputs]
 * @param group inputs that share step and zero, an even number
 */
public record Int4Weight(
        MemorySegment values, MemorySegment groups, float[] scales, int outputs, int inputs, int group) {
    public Int4Weight {
        check(group > 0 && group % 2 == 0, "a group must have an even number of inputs, got %d", group);
        checkScales(scales, outputs);
        check(
                values.byteSize() >= (long) outputs * valueBytes(inputs)
                        && groups.byteSize() >= (long) outputs * Math.ceilDiv(inputs, group),
                "a weight [%d, %d] of 4 bits does not fit %d bytes of values and %d of groups",
                outputs,
                inputs,
                values.byteSize(),
                groups.byteSize());
    }

    /** One scale per output, of 4 bits and of int8. */
    static void checkScales(float[] scales, int outputs) {
        check(scales.length == outputs, "%d outputs need as many scales, got %d", outputs, scales.length);
    }

    private static int valueBytes(int inputs) {
        return Math.ceilDiv(inputs, 2);
    }

    /** Groups of an output. */
    int groupsOfOutput() {
        return Math.ceilDiv(inputs, group);
    }

    /** q of an output and an input, 0 to 15. */
    int value(int output, int input) {
        byte both = values.get(ValueLayout.JAVA_BYTE, (long) output * valueBytes(inputs) + input / 2);
        return both >> 4 * (input % 2) & 15;
    }

    /** Step of a group, 1 to 16. */
    int step(int output, int index) {
        return (groupByte(output, index) & 15) + 1;
    }

    /** Zero of a group, 0 to 15. */
    int zero(int output, int index) {
        return groupByte(output, index) >> 4 & 15;
    }

    private byte groupByte(int output, int index) {
        return groups.get(ValueLayout.JAVA_BYTE, (long) output * groupsOfOutput() + index);
    }

    /**
     * The same weight in int8.
     *
     * @param target filled with [outputs, inputs]
     */
    void unpack(MemorySegment target) {
        byte[] row = new byte[inputs];
        for (int output = 0; output < outputs; output++) {
            unpack(output, row);
            MemorySegment.copy(row, 0, target, ValueLayout.JAVA_BYTE, (long) output * inputs, inputs);
        }
    }

    private void unpack(int output, byte[] row) {
        for (int first = 0; first < inputs; first += group) {
            int step = step(output, first / group);
            int zero = zero(output, first / group);
            for (int i = first; i < Math.min(first + group, inputs); i++) {
                row[i] = (byte) (step * (value(output, i) - zero));
            }
        }
    }
}
