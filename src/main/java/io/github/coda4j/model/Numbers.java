package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.products.ProductPaths;

/**
 * What a format comes to on a processor: the numbers that the fast engine's products take and give, and those of
 * attention.
 *
 * @param paths how products run
 */
record Numbers(WeightFormat format, ProductPaths paths) {
    static Numbers here(WeightFormat format) {
        return new Numbers(format, ProductPaths.here());
    }

    /** Of a product's input. */
    NumberKind input() {
        return format.input(paths);
    }

    /** Of queries, keys, values and scores: BF16 only where its products are fast. */
    NumberKind attention() {
        return format.keepsBf16(paths) ? NumberKind.BF16 : NumberKind.F32;
    }

    /** Of a product's result, if products of other numbers than floats have it; others give what they take. */
    DType result() {
        return format.keepsBf16(paths) ? DType.BF16 : DType.F32;
    }

    /** Whether kernels see the same kinds with others. */
    boolean sameKinds(Numbers other) {
        return input() == other.input() && attention() == other.attention() && result() == other.result();
    }
}
