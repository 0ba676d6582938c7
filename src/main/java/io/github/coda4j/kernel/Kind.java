package io.github.coda4j.kernel;

/** How the elements of a kernel's operand are stored, little endian. */
public enum Kind {
    F32(4),
    /** The upper half of an F32; stores round to nearest even. */
    BF16(2),
    /** An unsigned byte: round(x / scale) + 128, with one scale per row. */
    U8(1);

    private final int bytes;

    Kind(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
