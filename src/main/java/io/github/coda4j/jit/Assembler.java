package io.github.coda4j.jit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes the instructions of x86-64 that {@link PanelCode} consists of. Registers are numbers as the processor has
 * them: 0 to 15 of {@link Register}, 0 to 31 of vectors, which have 512 bits unless an instruction says otherwise.
 * Addresses always take a byte for base and index and four for the displacement: uniform rather than short.
 */
final class Assembler {
    /** General registers, in the order of their numbers. */
    enum Register {
        RAX,
        RCX,
        RDX,
        RBX,
        RSP,
        RBP,
        RSI,
        RDI,
        R8,
        R9,
        R10,
        R11,
        R12,
        R13,
        R14,
        R15
    }

    /** Conditions of jumps, with the lower bits of their opcodes. */
    enum Condition {
        ABOVE_OR_EQUAL(3),
        EQUAL(4),
        NOT_EQUAL(5);

        private final int code;

        Condition(int code) {
            this.code = code;
        }
    }

    /** Vector instructions: opcode map (1 is 0F, 2 is 0F 38), prefix (0 none, 1 is 66, 2 is F3, 3 is F2), W, opcode. */
    enum Vector {
        /** Sums of four products of unsigned bytes (source) and signed bytes (operand), added to 32-bit numbers. */
        VPDPBUSD(2, 1, 0, 0x50),
        /** One 32-bit number of memory in all places. */
        VPBROADCASTD(2, 1, 0, 0x58),
        LOAD(1, 2, 0, 0x6F),
        STORE(1, 2, 0, 0x7F),
        /** 16 bits at a time; in parts where a mask says so. */
        STORE_SHORTS(1, 3, 1, 0x7F),
        VCVTDQ2PS(1, 0, 0, 0x5B),
        VMULPS(1, 0, 0, 0x59),
        VCVTNEPS2BF16(2, 2, 0, 0x72),
        VPANDD(1, 1, 0, 0xDB),
        /** Of words, by a constant; the register field is part of the opcode. */
        VPSRLW(1, 1, 0, 0x71),
        VPMULLW(1, 1, 0, 0xD5),
        VPSUBB(1, 1, 0, 0xF8),
        VPMULLD(2, 1, 0, 0x40),
        /** 16 bytes to as many 32-bit numbers. */
        VPMOVZXBD(2, 1, 0, 0x31);

        private final int map;
        private final int prefix;
        private final int wide;
        private final int opcode;

        Vector(int map, int prefix, int wide, int opcode) {
            this.map = map;
            this.prefix = prefix;
            this.wide = wide;
            this.opcode = opcode;
        }
    }

    /** Codes of {@link #evex}'s vector length. */
    private static final int BITS_256 = 1;

    private static final int BITS_512 = 2;

    /** No mask: all elements. */
    static final int ALL = 0;

    /**
     * An address.
     *
     * @param index null for none; not RSP
     * @param scale 1, 2, 4 or 8
     */
    record Address(Register base, Register index, int scale, int displacement) {
        static Address of(Register base, int displacement) {
            return new Address(base, null, 1, displacement);
        }

        Address plus(int bytes) {
            return new Address(base, index, scale, displacement + bytes);
        }

        private int indexNumber() {
            return index == null ? 4 : index.ordinal();
        }
    }

    /** A place in the code, which jumps may name before it is known. */
    static final class Label {
        private int at = -1;
        private final List<Integer> users = new ArrayList<>();
    }

    private byte[] code = new byte[1 << 12];
    private int size;

    /** Bytes so far: the offset of the next instruction. */
    int size() {
        return size;
    }

    /** The code; every label has a place. */
    byte[] code() {
        return Arrays.copyOf(code, size);
    }

    void bind(Label label) {
        assert label.at < 0 : "a label has one place";
        label.at = size;
        label.users.forEach(user -> patch(user, label.at));
    }

    // ---- general registers, 64 bits

    void move(Register to, Register from) {
        general(0x89, from.ordinal(), to);
    }

    void load(Register to, Address from) {
        general(0x8B, to.ordinal(), from);
    }

    void store(Address to, Register from) {
        general(0x89, from.ordinal(), to);
    }

    void address(Register to, Address from) {
        general(0x8D, to.ordinal(), from);
    }

    void add(Register to, Register from) {
        general(0x01, from.ordinal(), to);
    }

    void add(Register to, int number) {
        general(0x81, 0, to);
        put32(number);
    }

    void subtract(Register to, Register from) {
        general(0x29, from.ordinal(), to);
    }

    void multiply(Register to, Register from, int number) {
        general(0x69, to.ordinal(), from);
        put32(number);
    }

    void negate(Register register) {
        general(0xF7, 3, register);
    }

    void set(Register to, int number) {
        general(0xC7, 0, to);
        put32(number);
    }

    void compare(Register a, Register b) {
        general(0x39, b.ordinal(), a);
    }

    void compare(Address a, int number) {
        general(0x81, 7, a);
        put32(number);
    }

    void decrement(Register register) {
        general(0xFF, 1, register);
    }

    void decrement(Address address) {
        general(0xFF, 1, address);
    }

    void test(Register register) {
        general(0x85, register.ordinal(), register);
    }

    void push(Register register) {
        shortForm(0x50, register);
    }

    void pop(Register register) {
        shortForm(0x58, register);
    }

    void jump(Label to) {
        put(0xE9);
        relative(to);
    }

    void jump(Condition when, Label to) {
        put(0x0F);
        put(0x80 | when.code);
        relative(to);
    }

    void call(Label to) {
        put(0xE8);
        relative(to);
    }

    /** Calls what an address in memory points to. */
    void call(Address pointer) {
        general(0xFF, 2, pointer);
    }

    void ret() {
        put(0xC3);
    }

    /** Asks for a cache line, into all caches. */
    void prefetch(Address address) {
        int rex = 0x40 | address.indexNumber() >> 3 << 1 | address.base.ordinal() >> 3;
        put(rex);
        put(0x0F);
        put(0x18);
        memory(1, address);
    }

    /** Sets mask {@code k} (1 to 7) from the lower 16 bits of a register among the first eight. */
    void mask(int k, Register from) {
        put(0xC5);
        put(0xF8);
        put(0x92);
        put(0xC0 | k << 3 | from.ordinal());
    }

    /** Leaves the upper halves of vectors clean for code that knows nothing of them. */
    void zeroUpper() {
        put(0xC5);
        put(0xF8);
        put(0x77);
    }

    // ---- vectors

    void vector(Vector what, int to, Address from) {
        evex(what, BITS_512, to, 0, from, ALL);
    }

    void vector(Vector what, int to, int from) {
        evex(what, BITS_512, to, 0, from);
    }

    void vector(Vector what, int to, int source, int operand) {
        evex(what, BITS_512, to, source, operand);
    }

    void vector(Vector what, int to, int source, Address operand) {
        evex(what, BITS_512, to, source, operand, ALL);
    }

    /** Stores 16 elements, those of a mask or {@link #ALL}. */
    void store(Address to, int from, int mask) {
        evex(Vector.STORE, BITS_512, from, 0, to, mask);
    }

    /** Stores 16 elements of two bytes, the lower half of a vector. */
    void storeShorts(Address to, int from, int mask) {
        evex(Vector.STORE_SHORTS, BITS_256, from, 0, to, mask);
    }

    /** Shifts words to the right by a constant. */
    void shiftRight(int to, int from, int bits) {
        evex(Vector.VPSRLW, BITS_512, 2, to, from);
        put(bits);
    }

    // ---- encodings

    private void evex(Vector what, int length, int reg, int source, int operand) {
        prefix(what, length, reg, source, operand >> 3 & 1, operand >> 4 & 1, ALL);
        put(0xC0 | (reg & 7) << 3 | operand & 7);
    }

    private void evex(Vector what, int length, int reg, int source, Address operand, int mask) {
        prefix(what, length, reg, source, operand.base.ordinal() >> 3, operand.indexNumber() >> 3, mask);
        memory(reg, operand);
    }

    /** The prefix of four bytes, in which extensions of register numbers are inverted, and the opcode. */
    private void prefix(Vector what, int length, int reg, int source, int b, int x, int mask) {
        put(0x62);
        put((~reg >> 3 & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | (~reg >> 4 & 1) << 4 | what.map);
        put(what.wide << 7 | (~source & 15) << 3 | 4 | what.prefix);
        put(length << 5 | (~source >> 4 & 1) << 3 | mask);
        put(what.opcode);
    }

    private void general(int opcode, int reg, Register rm) {
        put(0x48 | reg >> 3 << 2 | rm.ordinal() >> 3);
        put(opcode);
        put(0xC0 | (reg & 7) << 3 | rm.ordinal() & 7);
    }

    private void general(int opcode, int reg, Address rm) {
        put(0x48 | reg >> 3 << 2 | rm.indexNumber() >> 3 << 1 | rm.base.ordinal() >> 3);
        put(opcode);
        memory(reg, rm);
    }

    private void memory(int reg, Address address) {
        put(0x84 | (reg & 7) << 3);
        put(Integer.numberOfTrailingZeros(address.scale) << 6
                | (address.indexNumber() & 7) << 3
                | address.base.ordinal() & 7);
        put32(address.displacement);
    }

    private void shortForm(int opcode, Register register) {
        if (register.ordinal() >= 8) {
            put(0x41);
        }
        put(opcode | register.ordinal() & 7);
    }

    private void relative(Label to) {
        put32(0);
        if (to.at < 0) {
            to.users.add(size);
        } else {
            patch(size, to.at);
        }
    }

    private void patch(int after, int target) {
        int distance = target - after;
        for (int i = 0; i < 4; i++) {
            code[after - 4 + i] = (byte) (distance >> 8 * i);
        }
    }

    private void put32(int number) {
        for (int i = 0; i < 4; i++) {
            put(number >> 8 * i);
        }
    }

    private void put(int oneByte) {
        if (size == code.length) {
            code = Arrays.copyOf(code, 2 * size);
        }
        code[size++] = (byte) oneByte;
    }
}
