package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.ProductPaths;
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

    /**
     * The faster of FP32 and BF16. BF16 where the processor has products of it, and in the fast engine also where
     * oneDNN widens its weights on the way (docs/LOG.md, "Processors without bf16 or VNNI"); FP32 where libtorch would
     * emulate it.
     *
     * @param device where it runs
     */
    public static Precision fastestFloat(EngineKind engine, Device device) {
        boolean isBf16 = device.isCuda()
                || (engine == EngineKind.FAST
                        ? ProductPaths.bf16IsPacked()
                        : ProductPaths.here().bf16() == ProductPaths.Bf16.NATIVE);
        return isBf16 ? BF16 : FP32;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
