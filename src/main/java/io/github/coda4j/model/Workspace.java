package io.github.coda4j.model;

import io.github.coda4j.Closing;
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

    /** What the buffers of one worker hold. */
    enum Part {
        /** Its columns of the joined query, key and value projection. */
        QKV,
        /** Its attention scores. */
        SCORES,
        /** Its columns of the gate and of the up projection. */
        GATE_UP,
        /** Its columns of what is added to the residual stream. */
        DELTA,
        /** Its columns of some rows of logits. */
        LOGITS,
        /** One whole row of logits. */
        ROW
    }

    /** Longs between two workers' sums: they share no cache line. */
    private static final int KEPT_APART = 16;

    private final Buffer[] buffers = buffers(Use.values().length);
    private final Buffer[][] parts;
    private final long[] kept;
    private float[] inputScale = new float[0];
    private float[] joinedScale = new float[0];
    private float[] gatedScale = new float[0];
    private float[] inverseSums = new float[0];
    private final Closing closing = new Closing();

    Workspace(int workers) {
        kept = new long[workers * KEPT_APART];
        parts = new Buffer[workers][];
        Arrays.setAll(parts, w -> buffers(Part.values().length));
    }

    private static Buffer[] buffers(int count) {
        Buffer[] buffers = new Buffer[count];
        Arrays.setAll(buffers, i -> new Buffer());
        return buffers;
    }

    /** Memory of at least the given size for one use; its content is not kept when it grows. */
    MemorySegment memory(Use use, long bytes) {
        return buffers[use.ordinal()].ensure(bytes);
    }

    /** The same for one worker. */
    MemorySegment part(Part part, int worker, long bytes) {
        return parts[worker][part.ordinal()].ensure(bytes);
    }

    /** Takes the sums of reads that are made only for the cache, so that the compiler makes them. */
    void keep(int worker, long sum) {
        kept[worker * KEPT_APART] += sum;
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
        closing.once(() -> {
            Arrays.stream(buffers).forEach(Buffer::close);
            Arrays.stream(parts).flatMap(Arrays::stream).forEach(Buffer::close);
        });
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
