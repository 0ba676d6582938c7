package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import java.util.Locale;

/** In which numbers the matrix products of a model run. */
public enum Precision {
    /** 32-bit floats: the reference. */
    FP32,
    /**
     * bfloat16 weights and product inputs; norms, softmax and the residual stream stay in 32 bits in the fast engine.
     */
    BF16,
    /** int8 weights with one scale per output, int8 inputs with one scale per token; attention in bfloat16. */
    INT8;

    /** Reads {@code fp32}, {@code bf16} or {@code int8}. */
    public static Precision parse(String text) {
        for (Precision precision : values()) {
            if (precision.toString().equals(text.toLowerCase(Locale.ROOT))) {
                return precision;
            }
        }
        check(false, "unknown dtype \"%s\"; known: fp32, bf16, int8", text);
        throw new AssertionError();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
