package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Quantizer;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Rows of int8 with one scale each. A checkpoint holds a tensor {@code X} of them as {@code X} I8 [rows, width] and
 * {@code X_scale} F32 [rows] (see {@link Quantizer}).
 */
final class Int8Rows {
    /** What follows the name of a quantized tensor in the name of its scales. */
    static final String SCALE_SUFFIX = "_scale";

    private Int8Rows() {}

    static List<TensorDeclaration> tensors(String name, long rows, long width) {
        return List.of(
                new TensorDeclaration(name, DType.I8, rows, width),
                new TensorDeclaration(name + SCALE_SUFFIX, DType.F32, rows));
    }

    static long bytes(long rows, long width) {
        return rows * width * DType.I8.bytes() + rows * DType.F32.bytes();
    }

    /** See {@link Quantization#quantize}. */
    static List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long width, String name, long firstRow, Arena arena) {
        long rows = weights.byteSize() / kind.bytes() / width;
        MemorySegment values = arena.allocate(rows * width);
        MemorySegment scales = arena.allocate(rows * Float.BYTES);
        Quantizer.quantize(weights, kind, width, values, scales, name, firstRow);
        return List.of(values, scales);
    }

    /**
     * Rows as they are stored, or quantized here where the source is floating.
     *
     * @param target of the rows
     * @param scales takes theirs from {@code at} on
     */
    static void read(
            WeightSource source, ShardRows.Slice slice, int width, MemorySegment target, float[] scales, int at) {
        if (source.quantized().isPresent()) {
            source.readRows(slice.name(), slice.first(), slice.count(), DType.I8, target);
            System.arraycopy(source.floats(slice.name() + SCALE_SUFFIX), slice.first(), scales, at, slice.count());
            return;
        }
        try (Arena temporary = Arena.ofShared()) {
            MemorySegment floats = slice.read(source, DType.F32, width, temporary);
            MemorySegment rowScales =
                    MemorySegment.ofArray(scales).asSlice((long) at * Float.BYTES, (long) slice.count() * Float.BYTES);
            Quantizer.quantize(floats, DType.F32, width, target, rowScales, slice.name(), slice.first());
        }
    }
}
