package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The rows of stored tensors that make up a worker's share of a product, one after another.
 *
 * @param inputs numbers of a row
 */
record ShardRows(WeightSource source, List<Slice> slices, int inputs) {
    /** Rows [first, first + count) of a stored tensor. */
    record Slice(String name, int first, int count) {
        /** [count, inputs] of a floating tensor, in memory that any thread may touch. */
        MemorySegment read(WeightSource source, DType type, int inputs, Arena arena) {
            MemorySegment rows = arena.allocate((long) count * inputs * type.bytes(), 64);
            source.readRows(name, first, count, type, rows);
            return rows;
        }
    }

    /** How many rows there are. */
    int outputs() {
        return slices.stream().mapToInt(Slice::count).sum();
    }

    /** All of them, [outputs, inputs] of F32 or BF16. */
    MemorySegment read(DType type, Arena arena) {
        MemorySegment all = arena.allocate((long) outputs() * inputs * type.bytes(), 64);
        read("", type, 0, outputs(), all);
        return all;
    }

    /**
     * Reads rows [first, first + count) of the tensors whose names end in a suffix.
     *
     * @param target memory of exactly their size
     */
    void read(String suffix, DType type, int first, int count, MemorySegment target) {
        long rowBytes = target.byteSize() / Math.max(1, count);
        long to = 0;
        int at = 0;
        for (Slice slice : slices) {
            int from = Math.max(first, at);
            int rows = Math.min(first + count, at + slice.count()) - from;
            if (rows > 0) {
                MemorySegment part = target.asSlice(to, rows * rowBytes);
                source.readRows(slice.name() + suffix, slice.first() + from - at, rows, type, part);
                to += rows * rowBytes;
            }
            at += slice.count();
        }
    }

    /** Reads the scales of all rows as they are stored. */
    float[] scales() {
        float[] scales = new float[outputs()];
        read(QuantizedRows.SCALE_SUFFIX, DType.F32, 0, scales.length, MemorySegment.ofArray(scales));
        return scales;
    }
}
