package io.github.coda4j.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Buffers that are reused from forward to forward and only grow. */
final class Workspace implements AutoCloseable {
    /** What the buffers hold. */
    enum Use {
        RESIDUAL,
        INPUT,
        QUERIES,
        MIXED,
        JOINED,
        GATED,
        SCRATCH_KV
    }

    private final Buffer[] buffers = new Buffer[Use.values().length];
    private final Buffer[] scores;
    private final Buffer[] rows;
    private float[] inputScale = new float[0];
    private float[] joinedScale = new float[0];
    private float[] gatedScale = new float[0];
    private float[] inverseSums = new float[0];

    Workspace(int workers) {
        Arrays.setAll(buffers, i -> new Buffer());
        scores = new Buffer[workers];
        rows = new Buffer[workers];
        Arrays.setAll(scores, i -> new Buffer());
        Arrays.setAll(rows, i -> new Buffer());
    }

    /** Memory of at least the given size for one use; its content is not kept when it grows. */
    MemorySegment memory(Use use, long bytes) {
        return buffers[use.ordinal()].ensure(bytes);
    }

    /** A worker's memory for attention scores. */
    MemorySegment scores(int worker, long bytes) {
        return scores[worker].ensure(bytes);
    }

    /** A worker's memory for one row of logits. */
    MemorySegment row(int worker, long bytes) {
        return rows[worker].ensure(bytes);
    }

    void ensureScales(int tokens, long headRows) {
        if (inputScale.length < tokens) {
            inputScale = new float[tokens];
            joinedScale = new float[tokens];
            gatedScale = new float[tokens];
        }
        if (inverseSums.length < headRows) {
            inverseSums = new float[Math.toIntExact(headRows)];
        }
    }

    float[] inputScale() {
        return inputScale;
    }

    float[] joinedScale() {
        return joinedScale;
    }

    float[] gatedScale() {
        return gatedScale;
    }

    float[] inverseSums() {
        return inverseSums;
    }

    @Override
    public void close() {
        for (Buffer[] group : new Buffer[][] {buffers, scores, rows}) {
            for (Buffer buffer : group) {
                buffer.close();
            }
        }
    }

    private static final class Buffer {
        private Arena arena = Arena.ofShared();
        private MemorySegment memory = MemorySegment.NULL;

        MemorySegment ensure(long bytes) {
            if (memory.byteSize() < bytes) {
                arena.close();
                arena = Arena.ofShared();
                memory = arena.allocate(Math.max(bytes, 64), 64);
            }
            return memory;
        }

        void close() {
            arena.close();
        }
    }
}
