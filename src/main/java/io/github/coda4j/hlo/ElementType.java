package io.github.coda4j.hlo;

/** What a tensor's elements are. */
public enum ElementType {
    /** True or false. */
    PRED("i1", "bool", 1),
    I32("i32", "i32", 4),
    BF16("bf16", "bf16", 2),
    F32("f32", "f32", 4),
    F64("f64", "f64", 8);

    private final String text;
    private final String versioned;
    private final int bytes;

    ElementType(String text, String versioned, int bytes) {
        this.text = text;
        this.versioned = versioned;
        this.bytes = bytes;
    }

    /** As StableHLO writes it, such as {@code f32}. */
    public String text() {
        return text;
    }

    String versionedText() {
        return "!vhlo." + versioned + "_v1";
    }

    /** Bytes of an element in a host buffer. */
    public int bytes() {
        return bytes;
    }

    /** Whether it has derivatives. */
    public boolean isFloat() {
        return this == BF16 || this == F32 || this == F64;
    }

    /** What gradients of such values are kept in: sums of many small numbers are never BF16. */
    ElementType ofGradients() {
        return this == BF16 ? F32 : this;
    }
}
