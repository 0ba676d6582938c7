package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.Int4Weight;
import io.github.coda4j.weights.GroupQuantizer;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Rows of 4 bits. A checkpoint holds a matrix {@code X} of them as {@code X} U8 [rows, width / 2], {@code X_group} U8
 * [rows, groups] and {@code X_scale} F32 [rows] (see {@link GroupQuantizer}).
 */
record Int4Rows() implements StoredRows {
    /** What follows the name of a matrix in the name of its groups' steps and zeros. */
    private static final String GROUP_SUFFIX = "_group";

    @Override
    public List<TensorDeclaration> tensors(String name, long rows, long width) {
        return List.of(
                new TensorDeclaration(name, DType.U8, rows, GroupQuantizer.valueBytes(width)),
                new TensorDeclaration(name + GROUP_SUFFIX, DType.U8, rows, GroupQuantizer.groupBytes(width)),
                new TensorDeclaration(name + SCALE_SUFFIX, DType.F32, rows));
    }

    @Override
    public List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long width, String name, long firstRow, Arena arena) {
        long rows = weights.byteSize() / kind.bytes() / width;
        MemorySegment values = arena.allocate(rows * GroupQuantizer.valueBytes(width));
        MemorySegment groups = arena.allocate(rows * GroupQuantizer.groupBytes(width));
        MemorySegment scales = arena.allocate(rows * Float.BYTES);
        GroupQuantizer.quantize(weights, kind, width, values, groups, scales, name, firstRow);
        return List.of(values, groups, scales);
    }

    /** Reads rows, one slice after the other, as they are stored, or quantizes them where the source is floating. */
    Int4Weight read(ShardRows rows, LargePages to) {
        int width = rows.inputs();
        long valueBytes = GroupQuantizer.valueBytes(width);
        long groupBytes = GroupQuantizer.groupBytes(width);
        MemorySegment values = to.allocate(rows.outputs() * valueBytes);
        MemorySegment groups = to.allocate(rows.outputs() * groupBytes);
        float[] scales = new float[rows.outputs()];
        int at = 0;
        for (ShardRows.Slice slice : rows.slices()) {
            int count = slice.count();
            read(
                    rows.source(),
                    slice,
                    width,
                    values.asSlice(at * valueBytes, count * valueBytes),
                    groups.asSlice(at * groupBytes, count * groupBytes),
                    MemorySegment.ofArray(scales).asSlice((long) at * Float.BYTES, (long) count * Float.BYTES));
            at += count;
        }
        return new Int4Weight(values, groups, scales, rows.outputs(), width, GroupQuantizer.GROUP);
    }

    private static void read(
            WeightSource source,
            ShardRows.Slice slice,
            int width,
            MemorySegment values,
            MemorySegment groups,
            MemorySegment scales) {
        if (source.quantized().isPresent()) {
            source.readRows(slice.name(), slice.first(), slice.count(), DType.U8, values);
            source.readRows(slice.name() + GROUP_SUFFIX, slice.first(), slice.count(), DType.U8, groups);
            source.readRows(slice.name() + SCALE_SUFFIX, slice.first(), slice.count(), DType.F32, scales);
            return;
        }
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment floats = slice.read(source, DType.F32, width, temporary);
            GroupQuantizer.quantize(floats, DType.F32, width, values, groups, scales, slice.name(), slice.first());
        }
    }
}
