package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.Int4Weight;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.GroupQuantizer;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * {@link WeightFormat#INT4}. A checkpoint holds a product's weight {@code X} as {@code X} U8 [outputs, inputs / 2],
 * {@code X_group} U8 [outputs, groups] and {@code X_scale} F32 [outputs] (see {@link GroupQuantizer}), the embedding as
 * {@link Int8Rows}.
 */
final class Int4Format extends WeightFormat implements Quantization {
    /** What follows the name of a weight in the name of its groups' steps and zeros. */
    private static final String GROUP_SUFFIX = "_group";

    /** What products are, once weights are int8. */
    private final Int8Format products = new Int8Format();

    Int4Format() {
        super("int4");
    }

    @Override
    Optional<DType> tensorType() {
        return Optional.empty();
    }

    @Override
    DType embeddingType() {
        return DType.I8;
    }

    @Override
    long productBytes(long outputs, long inputs) {
        long row = GroupQuantizer.valueBytes(inputs) + GroupQuantizer.groupBytes(inputs) + DType.F32.bytes();
        return outputs * row;
    }

    @Override
    PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages) {
        int inputs = rows.inputs();
        long valueBytes = GroupQuantizer.valueBytes(inputs);
        long groupBytes = GroupQuantizer.groupBytes(inputs);
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment values = temporary.allocate(rows.outputs() * valueBytes, 64);
            MemorySegment groups = temporary.allocate(rows.outputs() * groupBytes, 64);
            float[] scales = new float[rows.outputs()];
            int at = 0;
            for (ShardRows.Slice slice : rows.slices()) {
                int count = slice.count();
                read(
                        rows.source(),
                        slice,
                        inputs,
                        values.asSlice(at * valueBytes, count * valueBytes),
                        groups.asSlice(at * groupBytes, count * groupBytes),
                        MemorySegment.ofArray(scales).asSlice((long) at * Float.BYTES, (long) count * Float.BYTES));
                at += count;
            }
            return PackedLinear.int4(
                    paths.int8(),
                    new Int4Weight(values, groups, scales, rows.outputs(), inputs, GroupQuantizer.GROUP),
                    result,
                    pages);
        }
    }

    /** Rows as they are stored or quantized here. */
    private static void read(
            WeightSource source,
            ShardRows.Slice slice,
            int inputs,
            MemorySegment values,
            MemorySegment groups,
            MemorySegment scales) {
        if (source.quantized().isPresent()) {
            source.readRows(slice.name(), slice.first(), slice.count(), DType.U8, values);
            source.readRows(slice.name() + GROUP_SUFFIX, slice.first(), slice.count(), DType.U8, groups);
            source.readRows(slice.name() + Int8Rows.SCALE_SUFFIX, slice.first(), slice.count(), DType.F32, scales);
            return;
        }
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment floats = slice.read(source, DType.F32, inputs, temporary);
            GroupQuantizer.quantize(
                    floats, DType.F32, inputs, values, groups, scales, slice.name(), slice.first());
        }
    }

    @Override
    DType productType() {
        return DType.U8;
    }

    @Override
    NumberKind input(ProductPaths paths) {
        return products.input(paths);
    }

    @Override
    boolean keepsBf16(ProductPaths paths) {
        return products.keepsBf16(paths);
    }

    @Override
    DType headResult(ProductPaths paths) {
        return products.headResult(paths);
    }

    @Override
    Optional<String> emulated(EngineKind engine, ProductPaths paths) {
        return products.emulated(engine, paths);
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
        return "4 bits, steps and zeros per " + GroupQuantizer.GROUP
                + " inputs, scales per output channel; embedding int8 per token";
    }

    @Override
    public boolean narrowsEmbedding() {
        return true;
    }

    @Override
    public List<TensorDeclaration> tensors(String name, long outputs, long inputs) {
        return List.of(
                new TensorDeclaration(name, DType.U8, outputs, GroupQuantizer.valueBytes(inputs)),
                new TensorDeclaration(name + GROUP_SUFFIX, DType.U8, outputs, GroupQuantizer.groupBytes(inputs)),
                new TensorDeclaration(name + Int8Rows.SCALE_SUFFIX, DType.F32, outputs));
    }

    @Override
    public List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long inputs, String name, long firstRow, Arena arena) {
        long rows = weights.byteSize() / kind.bytes() / inputs;
        MemorySegment values = arena.allocate(rows * GroupQuantizer.valueBytes(inputs));
        MemorySegment groups = arena.allocate(rows * GroupQuantizer.groupBytes(inputs));
        MemorySegment scales = arena.allocate(rows * Float.BYTES);
        GroupQuantizer.quantize(weights, kind, inputs, values, groups, scales, name, firstRow);
        return List.of(values, groups, scales);
    }
}
