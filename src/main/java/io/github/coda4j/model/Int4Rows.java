package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.Int4Weight;
import io.github.coda4j.tensor.products.WeightRows;
import io.github.coda4j.weights.GroupQuantizer;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Rows of 4 bits. A checkpoint holds a matrix {@code X} of them as {@code X} U8 [rows, width / 2], {@code X_group} U8
 * [rows, groups] and {@code X_scale} F32 [rows] (see {@link GroupQuantizer}).
 */
record Int4Rows() implements QuantizedRows {
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

    /**
     * Rows as they are stored, which are read while they are packed, or quantized here where the source is floating.
     *
     * @param to holds what was quantized
     */
    Int4Weight weight(ShardRows rows, LargePages to) {
        return rows.source().quantized().isPresent() ? stored(rows) : quantized(rows, to);
    }

    private static Int4Weight stored(ShardRows rows) {
        return new Int4Weight(
                (first, count, target) -> rows.read("", DType.U8, first, count, target),
                (first, count, target) -> rows.read(GROUP_SUFFIX, DType.U8, first, count, target),
                rows.scales(),
                rows.outputs(),
                rows.inputs(),
                GroupQuantizer.GROUP);
    }

    private static Int4Weight quantized(ShardRows rows, LargePages to) {
        int width = rows.inputs();
        int valueBytes = Math.toIntExact(GroupQuantizer.valueBytes(width));
        int groupBytes = Math.toIntExact(GroupQuantizer.groupBytes(width));
        MemorySegment values = to.allocate((long) rows.outputs() * valueBytes);
        MemorySegment groups = to.allocate((long) rows.outputs() * groupBytes);
        float[] scales = new float[rows.outputs()];
        long at = 0;
        for (ShardRows.Slice slice : rows.slices()) {
            int count = slice.count();
            try (Arena temporary = Arena.ofShared()) {
                GroupQuantizer.quantize(
                        slice.read(rows.source(), DType.F32, width, temporary),
                        DType.F32,
                        width,
                        values.asSlice(at * valueBytes, (long) count * valueBytes),
                        groups.asSlice(at * groupBytes, (long) count * groupBytes),
                        MemorySegment.ofArray(scales).asSlice(at * Float.BYTES, (long) count * Float.BYTES),
                        slice.name(),
                        slice.first());
            }
            at += count;
        }
        return new Int4Weight(
                WeightRows.of(values, valueBytes),
                WeightRows.of(groups, groupBytes),
                scales,
                rows.outputs(),
                width,
                GroupQuantizer.GROUP);
    }
}
