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

    /** Reads rows [first, first + count) into native memory of exactly their size. */
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
        Panels panels = new Panels(scales.length, inputs, 0);
        PanelWeight packed = new PanelWeight(panels, scales, large, small);
        try (Arena pieces = Arena.ofConfined()) {
            InOrder values = new InOrder(rows, scales.length, inputs, pieces);
            for (int panel = 0; panel < panels.count(); panel++) {
                int[] laid = new int[inputs / Panels.STEP * panels.columns(panel)];
                for (int column = 0; column < panels.outputs(panel); column++) {
                    int sum = spread(values.next(), laid, column, panels.columns(panel));
                    packed.start(panel, column, -zeroPoint * sum);
                }
                packed.putValues(panel, laid);
            }
        }
        return packed;
    }

    /** Puts a row's steps where they lie in a panel, and gives its sum. */
    private static int spread(byte[] row, int[] panel, int column, int columns) {
        int sum = 0;
        for (byte value : row) {
            sum += value;
        }
        int at = column;
        for (int input = 0; input < row.length; input += Panels.STEP) {
            panel[at] = (int) FOUR.get(row, input);
            at += columns;
        }
        return sum;
    }

    /**
     * Lays out 4 bits: {@code weight = step * (q - zero)}.
     *
     * @param q [outputs, inputs / 2], two inputs in a byte, the first one's in the lower bits; read piece by piece
     * @param groups [outputs, groups], a group's step - 1 in the lower bits, its zero in the upper
     * @param group inputs of a group
     */
    public static PanelWeight int4(
            Rows q,
            Rows groups,
            float[] scales,
            int inputs,
            int group,
            int zeroPoint,
            SegmentAllocator large,
            SegmentAllocator small) {
        Panels panels = new Panels(scales.length, inputs, group);
        PanelWeight packed = new PanelWeight(panels, scales, large, small);
        try (Arena pieces = Arena.ofConfined()) {
            InOrder values = new InOrder(q, scales.length, inputs / 2, pieces);
            InOrder both = new InOrder(groups, scales.length, panels.groups(), pieces);
            for (int panel = 0; panel < panels.count(); panel++) {
                Panel4 laid = new Panel4(panels, panel);
                for (int column = 0; column < panels.outputs(panel); column++) {
                    packed.start(panel, column, -zeroPoint * laid.spread(values.next(), both.next(), column));
                }
                packed.putValues(panel, laid.values);
                packed.putGroups(panel, laid);
            }
        }
        return packed;
    }

    /** A panel of 4 bits that is being laid out. */
    private static final class Panel4 {
        private final Panels panels;
        private final int columns;
        private final int[] values;
        private final byte[] steps;
        private final byte[] zeros;

        Panel4(Panels panels, int panel) {
            this.panels = panels;
            this.columns = panels.columns(panel);
            this.values = new int[panels.inputs() / (2 * Panels.STEP) * columns];
            this.steps = new byte[panels.groups() * columns];
            this.zeros = new byte[panels.groups() * columns];
        }

        /** Puts a row where it lies, and gives the sum of its weights. */
        int spread(byte[] row, byte[] groups, int column) {
            int sum = 0;
            for (int index = 0; index < groups.length; index++) {
                int first = index * panels.group();
                int last = Math.min(first + panels.group(), panels.inputs());
                int step = (groups[index] & 15) + 1;
                int zero = groups[index] >> 4 & 15;
                steps[index * columns + column] = (byte) step;
                zeros[index * columns + column] = (byte) (step * zero);
                sum += step * (spread(row, first, last, column) - (last - first) * zero);
            }
            return sum;
        }

        /** Inputs [first, last) of it, and the sum of their q. */
        private int spread(byte[] row, int first, int last, int column) {
            int sum = 0;
            int at = first / (2 * Panels.STEP) * columns + column;
            for (int input = first; input < last; input += 2 * Panels.STEP) {
                int eight = (int) FOUR.get(row, input / 2);
                sum += ((eight & LOWER) + (eight >>> 4 & LOWER)) * 0x01010101 >>> 24;
                values[at] = Integer.expand(eight, LOWER) | Integer.expand(eight >>> 16, ~LOWER);
                at += columns;
            }
            return sum;
        }
    }

    private void start(int panel, int column, int value) {
        starts.setAtIndex(ValueLayout.JAVA_INT, (long) panel * Panels.WIDTH + column, value);
    }

    private void putValues(int panel, int[] laid) {
        MemorySegment.copy(laid, 0, values, ValueLayout.JAVA_INT, panels.firstByte(panel), laid.length);
    }

    private void putGroups(int panel, Panel4 laid) {
        long first = panels.atGroup(panel * Panels.WIDTH, 0);
        MemorySegment.copy(laid.steps, 0, groupSteps, ValueLayout.JAVA_BYTE, first, laid.steps.length);
        MemorySegment.copy(laid.zeros, 0, groupZeros, ValueLayout.JAVA_BYTE, first, laid.zeros.length);
    }

    /** Rows one after another, read in pieces. */
    private static final class InOrder {
        private final Rows rows;
        private final int count;
        private final byte[] row;
        private final MemorySegment piece;
        private int next;
        private int read;
        /** The piece's first row. */
        private int first;

        InOrder(Rows rows, int count, int bytes, Arena arena) {
            this.rows = rows;
            this.count = count;
            this.row = new byte[bytes];
            this.piece = arena.allocate(Math.clamp(PIECE / bytes, 1, count) * (long) bytes, VECTOR);
        }

        /** The next one, in an array that the one after it takes. */
        byte[] next() {
            if (next == read) {
                first = next;
                int pieceRows = Math.min((int) (piece.byteSize() / row.length), count - first);
                rows.read(first, pieceRows, piece.asSlice(0, (long) pieceRows * row.length));
                read = first + pieceRows;
            }
            MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, (long) (next - first) * row.length, row, 0, row.length);
            next++;
            return row;
        }
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
