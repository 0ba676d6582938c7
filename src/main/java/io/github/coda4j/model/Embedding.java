package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows that tokens become in the fast engine, [V, D]. */
sealed interface Embedding {
    // V vocabulary, D hidden

    /** Rows that are read at a time. */
    int CHUNK = 4096;

    /** Writes a token's row, as F32 from element {@code at} on. */
    void copy(int id, Rows rows, MemorySegment target, long at);

    /**
     * Reads one of floats.
     *
     * @param type F32 or BF16
     */
    static Embedding floats(WeightSource source, DType type, int vocab, int width, LargePages pages) {
        long rowBytes = (long) width * type.bytes();
        MemorySegment memory = pages.allocate(vocab * rowBytes);
        for (ShardRows.Slice slice : slices(vocab)) {
            MemorySegment rows = memory.asSlice(slice.first() * rowBytes, slice.count() * rowBytes);
            source.readRows(slice.name(), slice.first(), slice.count(), type, rows);
        }
        return new OfFloats(memory, FastPass.kind(type), width);
    }

    /**
     * One of int8. Where a file holds it so, its rows stay there: a forward takes those of its tokens, and the others
     * are no memory of this process.
     */
    static Embedding int8(WeightSource source, int vocab, int width, LargePages pages, Arena mappings) {
        Optional<MemorySegment> stored = source.mapped(Parameters.EMBEDDING, DType.I8, mappings);
        if (stored.isPresent()) {
            MemorySegment scales = pages.allocate((long) vocab * Float.BYTES);
            source.readRows(Parameters.EMBEDDING + QuantizedRows.SCALE_SUFFIX, 0, vocab, DType.F32, scales);
            return new OfInt8(stored.get(), scales, width);
        }
        MemorySegment memory = pages.allocate((long) vocab * width);
        MemorySegment scales = pages.allocate((long) vocab * Float.BYTES);
        for (ShardRows.Slice slice : slices(vocab)) {
            new Int8Rows()
                    .read(
                            source,
                            slice,
                            width,
                            memory.asSlice((long) slice.first() * width, (long) slice.count() * width),
                            scales.asSlice((long) slice.first() * Float.BYTES, (long) slice.count() * Float.BYTES));
        }
        return new OfInt8(memory, scales, width);
    }

    private static List<ShardRows.Slice> slices(int vocab) {
        List<ShardRows.Slice> slices = new ArrayList<>();
        for (int first = 0; first < vocab; first += CHUNK) {
            slices.add(new ShardRows.Slice(Parameters.EMBEDDING, first, Math.min(CHUNK, vocab - first)));
        }
        return slices;
    }

    /** F32 or BF16. */
    record OfFloats(MemorySegment memory, NumberKind kind, int width) implements Embedding {
        @Override
        public void copy(int id, Rows rows, MemorySegment target, long at) {
            rows.copy(memory, kind, (long) id * width, width, target, at);
        }
    }

    /**
     * Signed bytes.
     *
     * @param scales F32 [V]
     */
    record OfInt8(MemorySegment memory, MemorySegment scales, int width) implements Embedding {
        @Override
        public void copy(int id, Rows rows, MemorySegment target, long at) {
            float scale = scales.getAtIndex(ValueLayout.JAVA_FLOAT, id);
            for (int i = 0; i < width; i++) {
                byte value = memory.get(ValueLayout.JAVA_BYTE, (long) id * width + i);
                target.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, scale * value);
            }
        }
    }
}
