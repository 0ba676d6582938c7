package io.github.coda4j.kernel;

/** How the elements of a kernel's operand are stored, little endian. */
public enum NumberKind {
    F32(4, 0, 0),
    /** The upper half of an F32; stores round to nearest even. */
    BF16(2, 0, 0),
    /** An unsigned byte: round(x / scale) + 128, with one scale per row of largest magnitude / 127. */
    U8(1, 127, 128),
    /**
     * An unsigned byte of 7 bits: round(x / scale) + 64, with one scale per row of largest magnitude / 63. Two products
     * of such a byte and a signed one fit 16 bits, where processors without VNNI sum them.
     */
    U7(1, 63, 64);

    private final int bytes;
    private final int steps;
    private final int zero;

    NumberKind(int bytes, int steps, int zero) {
        this.bytes = bytes;
        this.steps = steps;
        this.zero = zero;
    }

    public int bytes() {
        return bytes;
    }

    /** Whether rows are stored in whole steps of a scale of their own. */
    public boolean isQuantized() {
        return steps > 0;
    }

    /** Steps from zero to a row's largest magnitude; 0 unless {@link #isQuantized}. */
    public int steps() {
        return steps;
    }

    /** What a zero is stored as; 0 unless {@link #isQuantized}. */
    public int zero() {
        return zero;
    }
}
