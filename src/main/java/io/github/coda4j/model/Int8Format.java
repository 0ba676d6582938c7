package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.Quantizer;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * {@link WeightFormat#INT8}. A checkpoint holds a product's weight {@code X} as {@code X} I8 [outputs, inputs] and
 * {@code X_scale} F32 [outputs] (see {@link Quantizer}).
 */
final class Int8Format extends WeightFormat implements Quantization {
    /** What follows the name of a quantized weight in the name of its scales. */
    private static final String SCALE_SUFFIX = "_scale";

    Int8Format() {
        super("int8");
    }

    @Override
    Optional<DType> tensorType() {
        return Optional.empty();
    }

    @Override
    DType embeddingType() {
        return DType.BF16;
    }

    @Override
    long productBytes(long outputs, long inputs) {
        return outputs * inputs * DType.I8.bytes() + outputs * DType.F32.bytes();
    }

    @Override
    PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages) {
        int inputs = rows.inputs();
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment weight = temporary.allocate((long) rows.outputs() * inputs, 64);
            float[] scales = new float[rows.outputs()];
            int at = 0;
            for (ShardRows.Slice slice : rows.slices()) {
                MemorySegment target = weight.asSlice((long) at * inputs, (long) slice.count() * inputs);
                read(rows.source(), slice, inputs, target, scales, at);
                at += slice.count();
            }
            return PackedLinear.int8(paths.int8(), weight, scales, rows.outputs(), inputs, result, pages);
        }
    }

    /** Rows of int8 and their scales from {@code at} on, as they are stored or quantized here. */
    private static void read(
            WeightSource source, ShardRows.Slice slice, int inputs, MemorySegment target, float[] scales, int at) {
        if (source.quantized().isPresent()) {
            source.readRows(slice.name(), slice.first(), slice.count(), DType.I8, target);
            System.arraycopy(source.floats(slice.name() + SCALE_SUFFIX), slice.first(), scales, at, slice.count());
            return;
        }
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment floats = temporary.allocate((long) slice.count() * inputs * Float.BYTES, 64);
            source.readRows(slice.name(), slice.first(), slice.count(), DType.F32, floats);
            MemorySegment rowScales =
                    MemorySegment.ofArray(scales).asSlice((long) at * Float.BYTES, (long) slice.count() * Float.BYTES);
            Quantizer.quantize(floats, DType.F32, inputs, target, rowScales, slice.name(), slice.first());
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
    boolean keepsBf16(ProductPaths paths) {
        return paths.bf16() == ProductPaths.Bf16.NATIVE;
    }

    @Override
    DType headResult(ProductPaths paths) {
        return DType.F32;
    }

    @Override
    Optional<String> emulated(EngineKind engine, ProductPaths paths) {
        return switch (paths.int8()) {
            case EXACT -> Optional.empty();
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
    public List<TensorDeclaration> tensors(String name, long outputs, long inputs) {
        return List.of(
                new TensorDeclaration(name, DType.I8, outputs, inputs),
                new TensorDeclaration(name + SCALE_SUFFIX, DType.F32, outputs));
    }

    @Override
    public List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long inputs, String name, long firstRow, Arena arena) {
        long rows = weights.byteSize() / kind.bytes() / inputs;
        MemorySegment values = arena.allocate(rows * inputs);
        MemorySegment scales = arena.allocate(rows * Float.BYTES);
        Quantizer.quantize(weights, kind, inputs, values, scales, name, firstRow);
        return List.of(values, scales);
    }
}
