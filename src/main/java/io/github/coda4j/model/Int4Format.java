package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.GroupQuantizer;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * {@link WeightFormat#INT4}: products of {@link Int4Rows}; output layer and embedding of {@link Int8Rows}, since 4 bits
 * there would cost as much accuracy again (docs/adr/0030).
 */
final class Int4Format extends WeightFormat implements Quantization {
    private static final Int4Rows ROWS = new Int4Rows();

    /** What its products are once their weights are int8, and the output layer. */
    private final Int8Format int8 = new Int8Format();

    Int4Format() {
        super("int4");
    }

    @Override
    Optional<DType> tensorType() {
        return Optional.empty();
    }

    @Override
    Embedding embedding(WeightSource source, ModelConfig config, LargePages pages, Arena mappings) {
        return Embedding.int8(source, config.vocabSize(), config.hidden(), pages, mappings);
    }

    @Override
    long embeddingBytes(long vocab, long width) {
        return int8.headBytes(vocab, width);
    }

    @Override
    long productBytes(long outputs, long inputs) {
        return ROWS.bytes(outputs, inputs);
    }

    @Override
    long headBytes(long outputs, long inputs) {
        return int8.headBytes(outputs, inputs);
    }

    @Override
    PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages) {
        try (LargePages temporary = new LargePages(1)) {
            return PackedLinear.int4(paths.int8(), ROWS.weight(rows, temporary), result, pages);
        }
    }

    @Override
    PackedLinear packHead(ShardRows rows, ProductPaths paths, LargePages pages) {
        return int8.packHead(rows, paths, pages);
    }

    @Override
    DType productType() {
        return int8.productType();
    }

    @Override
    NumberKind input(ProductPaths paths) {
        return int8.input(paths);
    }

    @Override
    DType headResult(ProductPaths paths) {
        return int8.headResult(paths);
    }

    @Override
    Optional<String> emulated(EngineKind engine, ProductPaths paths) {
        if (paths.int8() == ProductPaths.Int8.PANELS) {
            return Optional.empty();
        }
        String unpacked = "int4 weights take the memory and time of int8: the kernel for them is off or not for this"
                + " processor";
        return Optional.of(
                int8.emulated(engine, paths).map(line -> unpacked + "; " + line).orElse(unpacked));
    }

    @Override
    Optional<Quantization> quantization() {
        return Optional.of(this);
    }

    @Override
    public String method() {
        return "coda4j-int4";
    }

    @Override
    public String inWords() {
        return "4 bits with step and zero per " + GroupQuantizer.GROUP
                + " inputs and scale per output channel; output layer and embedding int8";
    }

    @Override
    public QuantizedRows products() {
        return ROWS;
    }

    @Override
    public QuantizedRows head() {
        return int8.head();
    }

    @Override
    public Optional<QuantizedRows> embedding() {
        return Optional.of(int8.products());
    }
}
