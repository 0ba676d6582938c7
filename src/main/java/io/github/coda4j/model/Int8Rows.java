package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Quantizer;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Rows of int8 with one scale each. A checkpoint holds a matrix {@code X} of them as {@code X} I8 [rows, width] and
 * {@code X_scale} F32 [rows] (see {@link Quantizer}).
 */
record Int8Rows() implements QuantizedRows {
    @Override
    public List<TensorDeclaration> tensors(String name, long rows, long width) {
        return List.of(
                new TensorDeclaration(name, DType.I8, rows, width),
                new TensorDeclaration(name + SCALE_SUFFIX, DType.F32, rows));
    }

    @Override
    public List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long width, String name, long firstRow, Arena arena) {
        long rows = weights.byteSize() / kind.bytes() / width;
        MemorySegment values = arena.allocate(rows * width);
        MemorySegment scales = arena.allocate(rows * Float.BYTES);
        Quantizer.quantize(weights, kind, width, values, scales, name, firstRow);
        return List.of(values, scales);
    }

    /**
     * Reads some rows as they are stored, or quantizes them where the source is floating.
     *
     * @param values takes [rows, width]
     * @param scales takes F32 [rows]
     */
    void read(WeightSource source, ShardRows.Slice slice, int width, MemorySegment values, MemorySegment scales) {
        if (source.quantized().isPresent()) {
            source.readRows(slice.name(), slice.first(), slice.count(), DType.I8, values);
            source.readRows(slice.name() + SCALE_SUFFIX, slice.first(), slice.count(), DType.F32, scales);
            return;
        }
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment floats = slice.read(source, DType.F32, width, temporary);
            Quantizer.quantize(floats, DType.F32, width, values, scales, slice.name(), slice.first());
        }
    }
}
