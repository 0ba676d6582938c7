package io.github.coda4j.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A weight [outputs, inputs] of int8 or 4 bits in the layout of {@link Panels}, with what its products need. */
public final class PanelWeight {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    /** Four bytes of an array as they lie. */
    private static final VarHandle FOUR = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final int VECTOR = 64;
    /** Bytes of rows that are read at a time: what a core has near. */
    private static final long PIECE = 1 << 20;
    /** The lower half of each byte. */
    private static final int LOWER = 0x0F0F0F0F;

    private final Panels panels;
    private final MemorySegment values;
    private final MemorySegment groupSteps;
    private final MemorySegment groupZeros;
    /** F32 [outputs], whole vectors of them. */
    private final MemorySegment scales;
    /** What sums begin with, 32-bit numbers: minus the zero point times the sum of an output's weights. */
    private final MemorySegment starts;

    private PanelWeight(Panels panels, float[] scales, SegmentAllocator large, SegmentAllocator small) {
        this.panels = panels;
        this.values = large.allocate(panels.bytes(), VECTOR);
        this.groupSteps = large.allocate(panels.groupBytes(), VECTOR);
        this.groupZeros = large.allocate(panels.groupBytes(), VECTOR);
        if (panels.padded() > panels.outputs()) { // otherwise all of it is written
            values.fill((byte) 0);
            groupSteps.fill((byte) 0);
            groupZeros.fill((byte) 0);
        }
        this.scales = small.allocate(4L * panels.padded(), VECTOR);
        this.starts = small.allocate(4L * panels.padded(), VECTOR);
        MemorySegment.copy(scales, 0, this.scales, ValueLayout.JAVA_FLOAT, 0, scales.length);
    }

    /** Whether a weight of so many inputs can be laid out: in whole steps, in 4 bits in pairs of them. */
    public static boolean fits(int inputs, int group) {
        return group == 0
                ? inputs % Panels.STEP == 0
                : inputs % (2 * Panels.STEP) == 0 && PanelCode.CHUNK * Panels.STEP % group == 0;
    }

    /** Reads rows [first, first + count) of a weight into memory of exactly their size. */
    @FunctionalInterface
    public interface Rows {
        void read(int first, int count, MemorySegment target);
    }

    /**
     * Lays out int8.
     *
     * @param rows of the weight [outputs, inputs], signed bytes, which are read piece by piece
     * @param scales one per output
     * @param zeroPoint what a zero among the inputs is stored as
     * @param large gives memory for the values, aligned to 64 bytes
     * @param small gives memory for the rest
     */
    public static PanelWeight int8(
            Rows rows, float[] scales, int inputs, int zeroPoint, SegmentAllocator large, SegmentAllocator small) {
        PanelWeight packed = new PanelWeight(new Panels(scales.length, inputs, 0), scales, large, small);
        byte[] row = new byte[inputs];
        int atATime = Math.clamp(PIECE / inputs, 1, Math.max(1, scales.length));
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment piece = temporary.allocate((long) atATime * inputs, VECTOR);
            for (int first = 0; first < scales.length; first += atATime) {
                int count = Math.min(atATime, scales.length - first);
                MemorySegment read = piece.asSlice(0, (long) count * inputs);
                rows.read(first, count, read);
                packed.layOut(read, row, first, count, zeroPoint);
            }
        }
        return packed;
    }

    private void layOut(MemorySegment piece, byte[] row, int first, int count, int zeroPoint) {
        int inputs = row.length;
        for (int i = 0; i < count; i++) {
            int output = first + i;
            MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, (long) i * inputs, row, 0, inputs);
            int sum = 0;
            for (byte value : row) {
                sum += value;
            }
            long at = panels.at(output, 0);
            long step = bytesOfStep(output);
            for (int input = 0; input < inputs; input += Panels.STEP) {
                values.set(INT, at, (int) FOUR.get(row, input));
                at += step;
            }
            starts.setAtIndex(ValueLayout.JAVA_INT, output, -zeroPoint * sum);
        }
    }

    /**
     * Lays out 4 bits: {@code weight = step * (q - zero)}.
     *
     * @param q [outputs, inputs / 2], two inputs in a byte, the first one's in the lower bits
     * @param groups [outputs, groups], a group's step - 1 in the lower bits, its zero in the upper
     * @param group inputs of a group
     */
    public static PanelWeight int4(
            MemorySegment q,
            MemorySegment groups,
            float[] scales,
            int inputs,
            int group,
            int zeroPoint,
            SegmentAllocator large,
            SegmentAllocator small) {
        PanelWeight packed = new PanelWeight(new Panels(scales.length, inputs, group), scales, large, small);
        Panels panels = packed.panels;
        byte[] row = new byte[inputs / 2];
        for (int output = 0; output < scales.length; output++) {
            MemorySegment.copy(q, ValueLayout.JAVA_BYTE, (long) output * row.length, row, 0, row.length);
            long at = panels.at(output, 0);
            long pair = packed.bytesOfStep(output);
            int sum = 0;
            for (int index = 0; index < panels.groups(); index++) {
                int first = index * group;
                int last = Math.min(first + group, inputs);
                int ofGroup = 0;
                for (int input = first; input < last; input += 2 * Panels.STEP) {
                    int eight = (int) FOUR.get(row, input / 2);
                    ofGroup += ((eight & LOWER) + (eight >>> 4 & LOWER)) * 0x01010101 >>> 24;
                    packed.values.set(INT, at, Integer.expand(eight, LOWER) | Integer.expand(eight >>> 16, ~LOWER));
                    at += pair;
                }
                byte both = groups.get(ValueLayout.JAVA_BYTE, (long) output * panels.groups() + index);
                int step = (both & 15) + 1;
                int zero = both >> 4 & 15;
                long place = panels.atGroup(output, index);
                packed.groupSteps.set(ValueLayout.JAVA_BYTE, place, (byte) step);
                packed.groupZeros.set(ValueLayout.JAVA_BYTE, place, (byte) (step * zero));
                sum += step * (ofGroup - (last - first) * zero);
            }
            packed.starts.setAtIndex(ValueLayout.JAVA_INT, output, -zeroPoint * sum);
        }
        return packed;
    }

    private long bytesOfStep(int output) {
        return (long) panels.vectors(output / Panels.WIDTH) * VECTOR;
    }

    Panels panels() {
        return panels;
    }

    MemorySegment values() {
        return values;
    }

    MemorySegment groupSteps() {
        return groupSteps;
    }

    MemorySegment groupZeros() {
        return groupZeros;
    }

    MemorySegment scales() {
        return scales;
    }

    MemorySegment starts() {
        return starts;
    }

    /** The weight of an output and an input, -128 to 127. */
    int value(int output, int input) {
        byte stored = values.get(ValueLayout.JAVA_BYTE, panels.at(output, input));
        if (panels.group() == 0) {
            return stored;
        }
        int q = stored >> (input / Panels.STEP % 2 == 0 ? 0 : 4) & 15;
        long group = panels.atGroup(output, input / panels.group());
        return groupSteps.get(ValueLayout.JAVA_BYTE, group) * q - (groupZeros.get(ValueLayout.JAVA_BYTE, group) & 0xFF);
    }
}
