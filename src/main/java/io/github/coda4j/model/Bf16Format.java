package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import java.lang.foreign.Arena;
import java.util.Optional;

/** {@link WeightFormat#BF16}. */
final class Bf16Format extends WeightFormat {
    private static final String SLOW = "bf16 is emulated: this processor has no bf16 products; --dtype fp32 is faster";

    Bf16Format() {
        super("bf16");
    }

    @Override
    Optional<DType> tensorType() {
        return Optional.of(DType.BF16);
    }

    @Override
    long productBytes(long outputs, long inputs) {
        return outputs * inputs * DType.BF16.bytes();
    }

    @Override
    PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages) {
        try (Arena temporary = Arena.ofShared()) {
            return PackedLinear.bf16(
                    paths.bf16(), rows.read(DType.BF16, temporary), rows.outputs(), rows.inputs(), pages);
        }
    }

    @Override
    DType productType() {
        return DType.BF16;
    }

    @Override
    NumberKind input(ProductPaths paths) {
        return paths.bf16() == ProductPaths.Bf16.WIDENED ? NumberKind.F32 : NumberKind.BF16;
    }

    @Override
    DType headResult(ProductPaths paths) {
        return keepsBf16(paths) ? DType.BF16 : DType.F32;
    }

    @Override
    Optional<String> emulated(EngineKind engine, ProductPaths paths) {
        return switch (paths.bf16()) {
            case NATIVE -> Optional.empty();
            case WIDENED ->
                Optional.of(
                        engine == EngineKind.FAST
                                ? "bf16 is emulated: this processor has no bf16 products, weights are widened to fp32 "
                                        + "in each"
                                : SLOW);
            case LIBTORCH -> Optional.of(SLOW);
        };
    }

    @Override
    Optional<Quantization> quantization() {
        return Optional.empty();
    }
}
