package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
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

    /** The stored rows that make up rows [first, first + count). */
    List<Slice> part(int first, int count) {
        List<Slice> parts = new ArrayList<>();
        int at = 0;
        for (Slice slice : slices) {
            int from = Math.max(first, at);
            int to = Math.min(first + count, at + slice.count());
            if (from < to) {
                parts.add(new Slice(slice.name(), slice.first() + from - at, to - from));
            }
            at += slice.count();
        }
        return parts;
    }

    /** How many rows there are. */
    int outputs() {
        return slices.stream().mapToInt(Slice::count).sum();
    }

    /** All of them, [outputs, inputs] of F32 or BF16. */
    MemorySegment read(DType type, Arena arena) {
        long rowBytes = (long) inputs * type.bytes();
        MemorySegment all = arena.allocate(outputs() * rowBytes, 64);
        long at = 0;
        for (Slice slice : slices) {
            long bytes = slice.count() * rowBytes;
            source.readRows(slice.name(), slice.first(), slice.count(), type, all.asSlice(at, bytes));
            at += bytes;
        }
        return all;
    }
}
