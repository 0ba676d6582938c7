package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The rows that tokens become in the fast engine.
 *
 * @param memory [V, D] of {@code type}
 * @param type F32, BF16 or I8
 * @param scales [V], of I8; otherwise empty
 */
record Embedding(MemorySegment memory, DType type, float[] scales, int width) {
    // V vocabulary, D hidden

    /** Rows that are read at a time. */
    private static final int CHUNK = 4096;

    /**
     * Reads it, piece by piece.
     *
     * @param type F32, BF16 or I8
     */
    static Embedding load(WeightSource source, DType type, int vocab, int width, Arena arena) {
        MemorySegment memory = arena.allocate((long) vocab * width * type.bytes(), 64);
        float[] scales = new float[type == DType.I8 ? vocab : 0];
        long rowBytes = (long) width * type.bytes();
        for (int first = 0; first < vocab; first += CHUNK) {
            int count = Math.min(CHUNK, vocab - first);
            MemorySegment rows = memory.asSlice(first * rowBytes, count * rowBytes);
            if (type == DType.I8) {
                ShardRows.Slice slice = new ShardRows.Slice(Parameters.EMBEDDING, first, count);
                Int8Rows.read(source, slice, width, rows, scales, first);
            } else {
                source.readRows(Parameters.EMBEDDING, first, count, type, rows);
            }
        }
        return new Embedding(memory, type, scales, width);
    }

    /** Bytes of [V, D] of that type, scales included. */
    static long bytes(DType type, long vocab, long width) {
        return type == DType.I8 ? Int8Rows.bytes(vocab, width) : vocab * width * type.bytes();
    }

    /** Writes a token's row, as F32 from element {@code at} on. */
    void copy(int id, Rows rows, MemorySegment target, long at) {
        long first = (long) id * width;
        if (type != DType.I8) {
            rows.copy(memory, type == DType.BF16 ? NumberKind.BF16 : NumberKind.F32, first, width, target, at);
            return;
        }
        for (int i = 0; i < width; i++) {
            float value = scales[id] * memory.get(ValueLayout.JAVA_BYTE, first + i);
            target.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, value);
        }
    }
}
