package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.products.ProductPaths;

/**
 * What a precision comes to on a processor: the numbers that the fast engine's products take and give, and those of
 * attention.
 *
 * @param paths how products run
 */
record Numbers(Precision precision, ProductPaths paths) {
    static Numbers here(Precision precision) {
        return new Numbers(precision, ProductPaths.here());
    }

    /** Of a product's input. */
    NumberKind input() {
        return switch (precision) {
            case FP32 -> NumberKind.F32;
            case BF16 -> paths.bf16() == ProductPaths.Bf16.WIDENED ? NumberKind.F32 : NumberKind.BF16;
            case INT8 -> paths.int8() == ProductPaths.Int8.PAIRED ? NumberKind.U7 : NumberKind.U8;
        };
    }

    /** Of queries, keys, values and scores: BF16 only where its products are fast. */
    NumberKind attention() {
        return hasBf16() ? NumberKind.BF16 : NumberKind.F32;
    }

    /** Of a product's result, if int8 products have it; others give what they take. */
    DType result() {
        return hasBf16() ? DType.BF16 : DType.F32;
    }

    /** Whether kernels see the same kinds with others. */
    boolean sameKinds(Numbers other) {
        return input() == other.input() && attention() == other.attention() && result() == other.result();
    }

    private boolean hasBf16() {
        return precision != Precision.FP32 && paths.bf16() == ProductPaths.Bf16.NATIVE;
    }
}
