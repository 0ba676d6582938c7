package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import java.lang.foreign.Arena;
import java.util.Optional;

/** {@link WeightFormat#FP32}. */
final class Fp32Format extends WeightFormat {
    Fp32Format() {
        super("fp32");
    }

    @Override
    Optional<DType> tensorType() {
        return Optional.of(DType.F32);
    }

    @Override
    Embedding embedding(WeightSource source, ModelConfig config, LargePages pages, Arena mappings) {
        return Embedding.floats(source, DType.F32, config.vocabSize(), config.hidden(), pages);
    }

    @Override
    long embeddingBytes(long vocab, long width) {
        return vocab * width * DType.F32.bytes();
    }

    @Override
    long productBytes(long outputs, long inputs) {
        return outputs * inputs * DType.F32.bytes();
    }

    @Override
    PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages) {
        try (Arena temporary = Arena.ofShared()) {
            return PackedLinear.f32(rows.read(DType.F32, temporary), rows.outputs(), rows.inputs());
        }
    }

    @Override
    DType productType() {
        return DType.F32;
    }

    @Override
    NumberKind input(ProductPaths paths) {
        return NumberKind.F32;
    }

    @Override
    boolean keepsBf16(ProductPaths paths) {
        return false;
    }

    @Override
    DType headResult(ProductPaths paths) {
        return DType.F32;
    }

    @Override
    Optional<String> emulated(EngineKind engine, ProductPaths paths) {
        return Optional.empty();
    }

    @Override
    Optional<Quantization> quantization() {
        return Optional.empty();
    }
}
