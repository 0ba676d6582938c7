package io.github.coda4j.jit;

import io.github.coda4j.jit.PanelCode.Slot;
import io.github.coda4j.jit.PanelCode.Weights;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Products of rows of bytes with a {@link PanelWeight}, by machine code that overlaps reading the weight with
 * multiplying: {@code y = scale * sum((x - zeroPoint) * w)}, whose sums are exact.
 *
 * <p>It runs where the processor has AVX-512 with VNNI, for results in BF16 with BF16 too; its callers see to that.
 */
@SuppressWarnings("restricted") // calls code that was written here
public final class PanelKernel {
    /** Rows for which the panels go by once. */
    private static final int MOST_ROWS = 48;

    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    private static final MethodHandle CALL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ADDRESS), Linker.Option.critical(false));

    private final PanelCode code;
    private final MemorySegment memory;
    /** By weights and vectors. */
    private final MemorySegment[][] panels = new MemorySegment[Weights.values().length][4];

    private PanelKernel(PanelCode code, MemorySegment memory) {
        this.code = code;
        this.memory = memory;
        for (Weights weights : Weights.values()) {
            for (int vectors = 1; vectors <= 3; vectors++) {
                panels[weights.ordinal()][vectors] = memory.asSlice(code.panelAt(vectors, weights));
            }
        }
    }

    /**
     * The kernel, until the arena closes.
     *
     * @return nothing where no code can be written: only Linux on x86-64 gives memory for it
     */
    public static Optional<PanelKernel> write(Arena arena) {
        PanelCode code = PanelCode.write();
        return CodeMemory.of(code.bytes(), arena).map(memory -> new PanelKernel(code, memory));
    }

    /** Memory that a thread's products need: one of it per thread. */
    public static final class Scratch {
        private final MemorySegment slots;

        /** @param arena of the thread; the scratch is used no longer */
        public Scratch(Arena arena) {
            slots = arena.allocate(8L * Slot.values().length, PanelCode.VECTOR);
            set(Slot.SUMS, arena.allocate(3L * PanelCode.VECTOR * MOST_ROWS, PanelCode.VECTOR));
            set(Slot.UNPACKED, arena.allocate(3L * PanelCode.VECTOR * PanelCode.CHUNK, PanelCode.VECTOR));
            set(Slot.LOWER_HALVES, 0x0F0F0F0F);
            set(Slot.WORDS, 0x00010001);
            set(Slot.BYTES, 0x01010101);
        }

        private void set(Slot slot, long value) {
            slots.set(ValueLayout.JAVA_LONG, slot.offset(), value);
        }

        private void set(Slot slot, MemorySegment memory) {
            set(slot, memory.address());
        }
    }

    /**
     * Multiplies; the memory must be native and large enough, which is not checked.
     *
     * @param input [rows, inputs], unsigned bytes around the weight's zero point
     * @param output [rows, outputs] of F32 or BF16
     * @param bf16 whether results are BF16
     */
    public void multiply(
            PanelWeight weight, Scratch scratch, MemorySegment input, int rows, MemorySegment output, boolean bf16) {
        Panels panels = weight.panels();
        int bytes = bf16 ? Short.BYTES : Float.BYTES;
        scratch.set(Slot.INPUT_STRIDE, panels.inputs());
        scratch.set(Slot.OUTPUT_STRIDE, (long) panels.outputs() * bytes);
        scratch.set(Slot.STEPS, panels.inputs() / Panels.STEP);
        scratch.set(Slot.GROUP_LENGTH, panels.group() / Panels.STEP);
        for (int first = 0; first < rows; first += MOST_ROWS) {
            scratch.set(Slot.INPUT, input.address() + (long) first * panels.inputs());
            multiply(
                    weight,
                    scratch,
                    Math.min(MOST_ROWS, rows - first),
                    output.address() + (long) first * panels.outputs() * bytes,
                    bf16);
        }
    }

    private void multiply(PanelWeight weight, Scratch scratch, int rows, long output, boolean bf16) {
        Panels panels = weight.panels();
        Weights weights =
                panels.group() == 0 ? Weights.INT8 : rows <= PanelCode.ROWS ? Weights.INT4_ONCE : Weights.INT4;
        int blocks = Math.ceilDiv(rows, PanelCode.ROWS);
        // Of about the same length: the sums of a single row wait for each other, and it reads as many weights as
        // eight.
        int ofBlock = Math.ceilDiv(rows, blocks);
        int ofStep = 3 * PanelCode.VECTOR / (panels.group() == 0 ? 1 : 2);
        scratch.set(Slot.AHEAD, (long) ofStep * PanelCode.CHUNK);
        scratch.set(Slot.AHEAD_STEP, Math.ceilDiv(ofStep, blocks));
        scratch.set(Slot.BLOCKS, rows / ofBlock);
        for (int panel = 0; panel < panels.count(); panel++) {
            int vectors = panels.vectors(panel);
            int column = panel * Panels.WIDTH;
            if (panel == 0 || vectors < 3) {
                scratch.set(Slot.BLOCK, blockAt(ofBlock, vectors, bf16, weights));
                scratch.set(Slot.TAIL, rows % ofBlock == 0 ? 0 : blockAt(rows % ofBlock, vectors, bf16, weights));
            }
            int ofLast = Math.min(Panels.LANES, panels.outputs() - column - (vectors - 1) * Panels.LANES);
            scratch.set(Slot.MASK, (1L << ofLast) - 1);
            scratch.set(Slot.WEIGHTS, weight.values().address() + panels.firstByte(panel));
            scratch.set(Slot.OUTPUT, output + (long) column * (bf16 ? Short.BYTES : Float.BYTES));
            scratch.set(Slot.SCALES, weight.scales().address() + 4L * column);
            scratch.set(Slot.STARTS, weight.starts().address() + 4L * column);
            if (panels.group() > 0) {
                long group = panels.atGroup(column, 0);
                scratch.set(Slot.GROUP_STEPS, weight.groupSteps().address() + group);
                scratch.set(Slot.GROUP_ZEROS, weight.groupZeros().address() + group);
            }
            try {
                CALL.invokeExact(this.panels[weights.ordinal()][vectors], scratch.slots);
            } catch (Throwable e) {
                throw new IllegalStateException("the kernel cannot be called", e);
            }
        }
    }

    private long blockAt(int rows, int vectors, boolean bf16, Weights weights) {
        return memory.address() + code.blockAt(rows, vectors, bf16, weights);
    }
}
