package io.github.coda4j.jit;

import io.github.coda4j.jit.Assembler.Address;
import io.github.coda4j.jit.Assembler.Condition;
import io.github.coda4j.jit.Assembler.Label;
import io.github.coda4j.jit.Assembler.Register;
import io.github.coda4j.jit.Assembler.Vector;

/**
 * Writes the code of {@link PanelKernel}: the product of some rows with one panel of a weight (see {@link Panels}).
 *
 * <p>Inputs are taken in chunks, whose part of the panel stays in the first cache while rows go by in blocks of at most
 * eight. A block holds its sums, 8 rows by 48 columns, in 24 vector registers; between chunks they lie in memory.
 * Weights of the next chunk are asked for in every step of this one, a share of them by each block, so that they arrive
 * while it multiplies. Weights of 4 bits become int8 in memory of a chunk's size first; for a single block, which would
 * use that once, in registers on their way.
 *
 * <p>The code takes the address of its {@link Slot slots} and changes nothing else but what they point to.
 */
final class PanelCode {
    /** Most rows of a block. */
    static final int ROWS = 8;

    /** Steps of a chunk, 256 inputs. */
    static final int CHUNK = 64;

    /** Bytes of a vector. */
    static final int VECTOR = 64;

    /** Cache lines that a step asks for: as many as a step of one block goes on by. */
    private static final int LINES_AHEAD = 3;

    /** What the code is told and keeps, 8 bytes each. */
    enum Slot {
        /** Address of the first row, unsigned bytes. */
        INPUT,
        /** Bytes from row to row. */
        INPUT_STRIDE,
        /** Address of the panel. */
        WEIGHTS,
        /** Steps of a row. */
        STEPS,
        /** Address of memory for sums, {@code VECTOR * 3} bytes for each row. */
        SUMS,
        /** How many blocks there are before the last one, or with it if it is like them. */
        BLOCKS,
        /** Their code. */
        BLOCK,
        /** Code of the last one with fewer rows, or 0. */
        TAIL,
        /** Address of the first row's first result. */
        OUTPUT,
        /** Bytes from row to row of results. */
        OUTPUT_STRIDE,
        /** Address of the panel's scales, F32. */
        SCALES,
        /** Address of what the panel's sums begin with, 32-bit numbers. */
        STARTS,
        /** A bit for each column of the panel's last vector that is stored. */
        MASK,
        /** How many bytes ahead weights are asked for. */
        AHEAD,
        /** Bytes that a step of a block asks for. */
        AHEAD_STEP,
        /** Of 4 bits: address of the panel's steps. */
        GROUP_STEPS,
        /** Of 4 bits: address of the panel's products of steps and zeros. */
        GROUP_ZEROS,
        /** Of 4 bits: steps of inputs in a group. */
        GROUP_LENGTH,
        /** Of 4 bits: address of memory for a chunk of int8, or for a group's steps and zeros. */
        UNPACKED,
        /** Of 4 bits: four bytes of 0x0F. */
        LOWER_HALVES,
        /** Of 4 bits: 0x00010001, which copies a byte into two words. */
        WORDS,
        /** Of 4 bits: 0x01010101, which copies a byte into four. */
        BYTES,
        // Kept by the code.
        CHUNK_STEPS,
        BLOCKS_LEFT,
        OUTPUT_NOW,
        PACKED_NEXT;

        long offset() {
            return 8L * ordinal();
        }
    }

    // What the registers hold.
    private static final Register SLOTS = Register.RDI;
    private static final Register FREE = Register.RAX;
    private static final Register COUNT = Register.RCX;
    private static final Register WEIGHTS = Register.RDX;
    /** The first of a block's rows. */
    private static final Register ROW_0 = Register.RSI;
    /** The fifth. */
    private static final Register ROW_4 = Register.RBX;
    /** 0 in the first chunk. */
    private static final Register BEGUN = Register.RBP;

    private static final Register STRIDE = Register.R8;
    private static final Register THREE_STRIDES = Register.R9;
    private static final Register AHEAD = Register.R10;
    private static final Register AHEAD_STEP = Register.R11;
    private static final Register SUMS = Register.R12;
    /** The chunk's place in the first row. */
    private static final Register CHUNK_INPUT = Register.R13;

    private static final Register CHUNK_WEIGHTS = Register.R14;
    private static final Register STEPS_LEFT = Register.R15;
    private static final Register[] SAVED = {
        Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15
    };

    // Vector registers: sums are 0 to 23.
    private static final int OPERAND = 24;
    private static final int INPUTS = 28;
    private static final int LOWER_HALVES = 31;
    private static final int WORDS = 30;
    private static final int BYTES = 29;
    private static final int LAST_COLUMNS = 1;

    /** How a panel's weights are stored and used. */
    enum Weights {
        INT8,
        /** 4 bits, for one block of rows. */
        INT4_ONCE,
        /** 4 bits, for several blocks. */
        INT4
    }

    private final Assembler to = new Assembler();

    /** Where code begins that multiplies with a panel, by its weights and vectors. */
    private final int[][] panels = new int[Weights.values().length][4];
    /** Where a block's code begins, by weights, whether results are BF16, vectors and rows. */
    private final int[][][][] blocks = new int[Weights.values().length][2][4][ROWS + 1];

    private PanelCode() {
        for (Weights weights : Weights.values()) {
            for (int vectors = 1; vectors <= 3; vectors++) {
                panels[weights.ordinal()][vectors] = panel(vectors, weights);
                for (int rows = 1; rows <= ROWS; rows++) {
                    for (int bf16 = 0; bf16 < 2; bf16++) {
                        // Once they are unpacked, 4 bits are int8.
                        blocks[weights.ordinal()][bf16][vectors][rows] = weights == Weights.INT4
                                ? blocks[Weights.INT8.ordinal()][bf16][vectors][rows]
                                : block(rows, vectors, bf16 == 1, weights);
                    }
                }
            }
        }
    }

    static PanelCode write() {
        return new PanelCode();
    }

    byte[] bytes() {
        return to.code();
    }

    /** Offset of the code for a panel. */
    int panelAt(int vectors, Weights weights) {
        return panels[weights.ordinal()][vectors];
    }

    /** Offset of the code for a block. */
    int blockAt(int rows, int vectors, boolean bf16, Weights weights) {
        return blocks[weights.ordinal()][bf16 ? 1 : 0][vectors][rows];
    }

    private static Address slot(Slot slot) {
        return Address.of(SLOTS, (int) slot.offset());
    }

    private int panel(int vectors, Weights weights) {
        int begin = to.size();
        Label chunk = new Label();
        Label block = new Label();
        Label tail = new Label();
        Label next = new Label();
        for (Register register : SAVED) {
            to.push(register);
        }
        to.load(STRIDE, slot(Slot.INPUT_STRIDE));
        to.address(THREE_STRIDES, new Address(STRIDE, STRIDE, 2, 0));
        to.load(CHUNK_INPUT, slot(Slot.INPUT));
        to.load(CHUNK_WEIGHTS, slot(Slot.WEIGHTS));
        to.load(STEPS_LEFT, slot(Slot.STEPS));
        to.set(BEGUN, 0);
        to.load(FREE, slot(Slot.MASK));
        to.mask(LAST_COLUMNS, FREE);
        to.bind(chunk);
        if (weights == Weights.INT4_ONCE) {
            to.move(FREE, STEPS_LEFT); // one block keeps its sums in registers throughout
        } else {
            to.set(FREE, CHUNK);
            least(FREE, STEPS_LEFT);
        }
        to.subtract(STEPS_LEFT, FREE);
        to.store(slot(Slot.CHUNK_STEPS), FREE);
        to.load(AHEAD, slot(Slot.AHEAD));
        to.add(AHEAD, CHUNK_WEIGHTS);
        to.load(AHEAD_STEP, slot(Slot.AHEAD_STEP));
        if (weights == Weights.INT4) {
            unpack(vectors);
        }
        to.move(ROW_0, CHUNK_INPUT);
        to.load(SUMS, slot(Slot.SUMS));
        to.load(FREE, slot(Slot.BLOCKS));
        to.store(slot(Slot.BLOCKS_LEFT), FREE);
        to.load(FREE, slot(Slot.OUTPUT));
        to.store(slot(Slot.OUTPUT_NOW), FREE);
        to.bind(block);
        to.compare(slot(Slot.BLOCKS_LEFT), 0);
        to.jump(Condition.EQUAL, tail);
        to.call(slot(Slot.BLOCK));
        to.decrement(slot(Slot.BLOCKS_LEFT));
        to.jump(block);
        to.bind(tail);
        to.compare(slot(Slot.TAIL), 0);
        to.jump(Condition.EQUAL, next);
        to.call(slot(Slot.TAIL));
        to.bind(next);
        to.set(BEGUN, 1);
        to.load(FREE, slot(Slot.CHUNK_STEPS));
        to.address(CHUNK_INPUT, new Address(CHUNK_INPUT, FREE, Panels.STEP, 0));
        if (weights == Weights.INT4) {
            to.load(CHUNK_WEIGHTS, slot(Slot.PACKED_NEXT));
        } else {
            to.multiply(FREE, FREE, vectors * VECTOR);
            to.add(CHUNK_WEIGHTS, FREE);
        }
        to.test(STEPS_LEFT);
        to.jump(Condition.NOT_EQUAL, chunk);
        to.zeroUpper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            to.pop(SAVED[i]);
        }
        to.ret();
        return begin;
    }

    /** a = min(a, b). */
    private void least(Register a, Register b) {
        Label done = new Label();
        to.compare(b, a);
        to.jump(Condition.ABOVE_OR_EQUAL, done);
        to.move(a, b);
        to.bind(done);
    }

    /** Makes int8 of a chunk's 4 bits and lets the weights point there. FREE holds the chunk's steps. */
    private void unpack(int vectors) {
        Register unpacked = Register.RBX;
        Register groupSteps = Register.RSI;
        Register groupZeros = Register.R12;
        Label group = new Label();
        Label pair = new Label();
        to.load(unpacked, slot(Slot.UNPACKED));
        to.load(groupSteps, slot(Slot.GROUP_STEPS));
        to.load(groupZeros, slot(Slot.GROUP_ZEROS));
        to.move(WEIGHTS, CHUNK_WEIGHTS);
        to.move(COUNT, FREE);
        constants();
        to.bind(group);
        to.load(FREE, slot(Slot.GROUP_LENGTH));
        least(FREE, COUNT);
        to.subtract(COUNT, FREE);
        for (int v = 0; v < vectors; v++) {
            spread(v, groupSteps, v, WORDS);
            spread(4 + v, groupZeros, v, BYTES);
        }
        to.add(groupSteps, Panels.LANES * vectors);
        to.add(groupZeros, Panels.LANES * vectors);
        to.bind(pair);
        for (int v = 0; v < vectors; v++) {
            int first = 8 + 2 * v;
            int second = first + 1;
            to.vector(Vector.LOAD, second, Address.of(WEIGHTS, VECTOR * v));
            to.vector(Vector.VPANDD, first, second, LOWER_HALVES);
            to.shiftRight(second, second, 4);
            to.vector(Vector.VPANDD, second, second, LOWER_HALVES);
            for (int half : new int[] {first, second}) {
                // Words hold two q of 0 to 15 in their bytes: times at most 16 none reaches into the next.
                to.vector(Vector.VPMULLW, half, half, v);
                to.vector(Vector.VPSUBB, half, half, 4 + v);
            }
            to.store(Address.of(unpacked, VECTOR * v), first, Assembler.ALL);
            to.store(Address.of(unpacked, VECTOR * (vectors + v)), second, Assembler.ALL);
        }
        to.add(WEIGHTS, VECTOR * vectors);
        to.add(unpacked, 2 * VECTOR * vectors);
        to.add(FREE, -2);
        to.jump(Condition.NOT_EQUAL, pair);
        to.test(COUNT);
        to.jump(Condition.NOT_EQUAL, group);
        to.store(slot(Slot.GROUP_STEPS), groupSteps);
        to.store(slot(Slot.GROUP_ZEROS), groupZeros);
        to.store(slot(Slot.PACKED_NEXT), WEIGHTS);
        to.load(CHUNK_WEIGHTS, slot(Slot.UNPACKED));
    }

    private void constants() {
        to.vector(Vector.VPBROADCASTD, LOWER_HALVES, slot(Slot.LOWER_HALVES));
        to.vector(Vector.VPBROADCASTD, WORDS, slot(Slot.WORDS));
        to.vector(Vector.VPBROADCASTD, BYTES, slot(Slot.BYTES));
    }

    /** Copies each of 16 bytes into two words or four bytes of a column. */
    private void spread(int vector, Register from, int index, int copies) {
        to.vector(Vector.VPMOVZXBD, vector, Address.of(from, Panels.LANES * index));
        to.vector(Vector.VPMULLD, vector, vector, copies);
    }

    /** A block's part of a chunk, or its end: goes on to the next block. */
    private int block(int rows, int vectors, boolean bf16, Weights weights) {
        int begin = to.size();
        Label begun = new Label();
        Label ready = new Label();
        Label last = new Label();
        Label done = new Label();
        to.test(BEGUN);
        to.jump(Condition.NOT_EQUAL, begun);
        to.load(FREE, slot(Slot.STARTS));
        for (int sum = 0; sum < rows * vectors; sum++) {
            to.vector(Vector.LOAD, sum, Address.of(FREE, VECTOR * (sum % vectors)));
        }
        to.jump(ready);
        to.bind(begun);
        for (int sum = 0; sum < rows * vectors; sum++) {
            to.vector(Vector.LOAD, sum, Address.of(SUMS, VECTOR * sum));
        }
        to.bind(ready);
        if (weights == Weights.INT4_ONCE) {
            multiplyOnce(rows, vectors);
        } else {
            multiply(rows, vectors);
        }
        to.load(FREE, slot(Slot.CHUNK_STEPS));
        to.negate(FREE);
        to.address(ROW_0, new Address(ROW_0, FREE, Panels.STEP, 0));
        for (int strides = ROWS; strides > 0; strides /= 2) {
            if ((rows & strides) != 0) {
                to.address(ROW_0, new Address(ROW_0, STRIDE, strides, 0));
            }
        }
        to.test(STEPS_LEFT);
        to.jump(Condition.EQUAL, last);
        for (int sum = 0; sum < rows * vectors; sum++) {
            to.store(Address.of(SUMS, VECTOR * sum), sum, Assembler.ALL);
        }
        to.jump(done);
        to.bind(last);
        giveOut(rows, vectors, bf16);
        to.bind(done);
        to.add(SUMS, VECTOR * rows * vectors);
        to.ret();
        return begin;
    }

    /** The rows of a block at the current step. */
    private static final Address[] ROW = {
        Address.of(ROW_0, 0),
        new Address(ROW_0, STRIDE, 1, 0),
        new Address(ROW_0, STRIDE, 2, 0),
        new Address(ROW_0, THREE_STRIDES, 1, 0),
        Address.of(ROW_4, 0),
        new Address(ROW_4, STRIDE, 1, 0),
        new Address(ROW_4, STRIDE, 2, 0),
        new Address(ROW_4, THREE_STRIDES, 1, 0)
    };

    private void multiply(int rows, int vectors) {
        Label step = new Label();
        to.address(ROW_4, new Address(ROW_0, STRIDE, 4, 0));
        to.move(WEIGHTS, CHUNK_WEIGHTS);
        to.load(COUNT, slot(Slot.CHUNK_STEPS));
        to.bind(step);
        for (int v = 0; v < vectors; v++) {
            to.vector(Vector.LOAD, OPERAND + v, Address.of(WEIGHTS, VECTOR * v));
        }
        for (int r = 0; r < rows; r++) {
            multiplyRow(r, ROW[r], vectors);
            if (r < LINES_AHEAD) {
                to.prefetch(Address.of(AHEAD, VECTOR * r));
            }
        }
        for (int line = rows; line < LINES_AHEAD; line++) {
            to.prefetch(Address.of(AHEAD, VECTOR * line));
        }
        to.add(ROW_0, Panels.STEP);
        to.add(ROW_4, Panels.STEP);
        to.add(WEIGHTS, VECTOR * vectors);
        to.add(AHEAD, AHEAD_STEP);
        to.decrement(COUNT);
        to.jump(Condition.NOT_EQUAL, step);
    }

    private void multiplyRow(int row, Address from, int vectors) {
        int inputs = INPUTS - row % 2;
        to.vector(Vector.VPBROADCASTD, inputs, from);
        for (int v = 0; v < vectors; v++) {
            to.vector(Vector.VPDPBUSD, row * vectors + v, inputs, OPERAND + v);
        }
    }

    /** All steps of a block whose weights of 4 bits become int8 in registers. */
    private void multiplyOnce(int rows, int vectors) {
        // Nothing of what these hold is needed once a block has all steps.
        Register groupSteps = Register.R14;
        Register groupZeros = Register.R13;
        Register spread = Register.R12;
        int zeros = 3 * VECTOR;
        Label group = new Label();
        Label pair = new Label();
        to.address(ROW_4, new Address(ROW_0, STRIDE, 4, 0));
        to.move(WEIGHTS, CHUNK_WEIGHTS);
        to.load(COUNT, slot(Slot.CHUNK_STEPS));
        to.load(groupSteps, slot(Slot.GROUP_STEPS));
        to.load(groupZeros, slot(Slot.GROUP_ZEROS));
        to.load(spread, slot(Slot.UNPACKED));
        constants();
        to.bind(group);
        to.load(FREE, slot(Slot.GROUP_LENGTH));
        least(FREE, COUNT);
        to.subtract(COUNT, FREE);
        for (int v = 0; v < vectors; v++) {
            spread(OPERAND, groupSteps, v, WORDS);
            to.store(Address.of(spread, VECTOR * v), OPERAND, Assembler.ALL);
            spread(OPERAND + 1, groupZeros, v, BYTES);
            to.store(Address.of(spread, zeros + VECTOR * v), OPERAND + 1, Assembler.ALL);
        }
        to.add(groupSteps, Panels.LANES * vectors);
        to.add(groupZeros, Panels.LANES * vectors);
        to.bind(pair);
        for (int half = 0; half < 2; half++) {
            for (int v = 0; v < vectors; v++) {
                int weight = OPERAND + v;
                to.vector(Vector.LOAD, weight, Address.of(WEIGHTS, VECTOR * v));
                if (half == 1) {
                    to.shiftRight(weight, weight, 4);
                }
                to.vector(Vector.VPANDD, weight, weight, LOWER_HALVES);
                to.vector(Vector.VPMULLW, weight, weight, Address.of(spread, VECTOR * v));
                to.vector(Vector.VPSUBB, weight, weight, Address.of(spread, zeros + VECTOR * v));
            }
            for (int r = 0; r < rows; r++) {
                multiplyRow(r, ROW[r].plus(half * Panels.STEP), vectors);
            }
        }
        for (int v = 0; v < vectors; v++) {
            to.prefetch(Address.of(AHEAD, VECTOR * v));
        }
        to.add(ROW_0, 2 * Panels.STEP);
        to.add(ROW_4, 2 * Panels.STEP);
        to.add(WEIGHTS, VECTOR * vectors);
        to.add(AHEAD, VECTOR * vectors);
        to.add(FREE, -2);
        to.jump(Condition.NOT_EQUAL, pair);
        to.test(COUNT);
        to.jump(Condition.NOT_EQUAL, group);
    }

    private void giveOut(int rows, int vectors, boolean bf16) {
        to.load(FREE, slot(Slot.OUTPUT_NOW));
        to.load(WEIGHTS, slot(Slot.SCALES));
        to.load(COUNT, slot(Slot.OUTPUT_STRIDE));
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                int sum = r * vectors + v;
                int columns = v == vectors - 1 ? LAST_COLUMNS : Assembler.ALL;
                to.vector(Vector.VCVTDQ2PS, sum, sum);
                to.vector(Vector.VMULPS, sum, sum, Address.of(WEIGHTS, VECTOR * v));
                if (bf16) {
                    to.vector(Vector.VCVTNEPS2BF16, sum, sum);
                    to.storeShorts(Address.of(FREE, VECTOR / 2 * v), sum, columns);
                } else {
                    to.store(Address.of(FREE, VECTOR * v), sum, columns);
                }
            }
            to.add(FREE, COUNT);
        }
        to.store(slot(Slot.OUTPUT_NOW), FREE);
    }
}
