package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * {@link WeightFormat#INT8}. A checkpoint holds a product's weight as {@link Int8Rows}, one for each output, the
 * embedding as BF16.
 */
final class Int8Format extends WeightFormat implements Quantization {
    private static final Int8Rows ROWS = new Int8Rows();

    Int8Format() {
        super("int8");
    }

    @Override
    Optional<DType> tensorType() {
        return Optional.empty();
    }

    @Override
    long productBytes(long outputs, long inputs) {
        return ROWS.bytes(outputs, inputs);
    }

    @Override
    PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages) {
        int inputs = rows.inputs();
        if (rows.source().quantized().isPresent()) {
            return PackedLinear.int8(
                    paths.int8(),
                    (first, count, target) -> rows.read("", DType.I8, first, count, target),
                    rows.scales(),
                    rows.outputs(),
                    inputs,
                    result,
                    pages);
        }
        try (LargePages temporary = new LargePages(1)) {
            MemorySegment weight = temporary.allocate((long) rows.outputs() * inputs);
            float[] scales = new float[rows.outputs()];
            int at = 0;
            for (ShardRows.Slice slice : rows.slices()) {
                int count = slice.count();
                ROWS.read(
                        rows.source(),
                        slice,
                        inputs,
                        weight.asSlice((long) at * inputs, (long) count * inputs),
                        MemorySegment.ofArray(scales).asSlice((long) at * Float.BYTES, (long) count * Float.BYTES));
                at += count;
            }
            return PackedLinear.int8(paths.int8(), weight, scales, rows.outputs(), inputs, result, pages);
        }
    }

    @Override
    DType productType() {
        return DType.U8;
    }

    @Override
    NumberKind input(ProductPaths paths) {
        return paths.int8() == ProductPaths.Int8.PAIRED ? NumberKind.U7 : NumberKind.U8;
    }

    @Override
    DType headResult(ProductPaths paths) {
        return DType.F32;
    }

    @Override
    Optional<String> emulated(EngineKind engine, ProductPaths paths) {
        return switch (paths.int8()) {
            case PANELS, EXACT -> Optional.empty();
            case PAIRED ->
                Optional.of("int8 inputs have 7 bits: this processor has no VNNI and sums pairs of products in 16");
            case FLOATS ->
                Optional.of("int8 is emulated: there are no int8 products for this processor, weights are"
                        + " converted to fp32 in each");
        };
    }

    @Override
    Optional<Quantization> quantization() {
        return Optional.of(this);
    }

    @Override
    public String method() {
        return "coda4j-int8";
    }

    @Override
    public String inWords() {
        return "int8 per output channel, symmetric";
    }

    @Override
    public QuantizedRows products() {
        return ROWS;
    }

    @Override
    public QuantizedRows head() {
        return ROWS;
    }

    @Override
    public Optional<QuantizedRows> embedding() {
        return Optional.empty();
    }
}
