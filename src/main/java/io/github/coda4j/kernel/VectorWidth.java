package io.github.coda4j.kernel;

/** How much a vector operation does on this machine. */
public final class VectorWidth {
    private VectorWidth() {}

    /** Bits of a vector: 128, 256 or 512. */
    public static int bits() {
        return Lanes.FLOATS.vectorBitSize();
    }
}
