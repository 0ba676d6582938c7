package io.github.coda4j.model;

import io.github.coda4j.Closing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Buffers that are reused from forward to forward and only grow. */
final class Workspace implements AutoCloseable {
    // T packed tokens of all sequences, D hidden, N query heads, K key/value heads, H head dimension, F MLP width,
    // R rows of logits at a time, V vocabulary

    /** What the buffers hold. */
    enum Use {
        /** [T, D], F32. */
        RESIDUAL,
        /** [T, D]. */
        INPUT,
        /** [N, T, H], sequence after sequence. */
        QUERIES,
        /** The same, what they attend to. */
        MIXED,
        /** [T, N*H]. */
        JOINED,
        /** [T, F]. */
        GATED,
        /** [2, K, T, H], of sequences without a cache. */
        SCRATCH_KV
    }

    /** What the buffers of one worker hold. */
    enum Part {
        /** Its columns of the joined query, key and value projection, of [T, (N + 2K)*H]. */
        QKV,
        /** Its attention scores. */
        SCORES,
        /** Its columns of the gate and of the up projection, of [T, 2F]. */
        GATE_UP,
        /** Its columns of what is added to the residual stream, of [T, D]. */
        DELTA,
        /** Its columns of some rows of logits, of [R, V]. */
        LOGITS,
        /** One whole row of logits, F32 [V]. */
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
        assert bytes >= 0 : bytes;
        return buffers[use.ordinal()].ensure(bytes);
    }

    /** The same for one worker. */
    MemorySegment part(Part part, int worker, long bytes) {
        assert worker >= 0 && worker < parts.length : worker;
        assert bytes >= 0 : bytes;
        return parts[worker][part.ordinal()].ensure(bytes);
    }

    /** Takes the sums of reads that are made only for the cache, so that the compiler makes them. */
    void keep(int worker, long sum) {
        kept[worker * KEPT_APART] += sum;
    }

    /**
     * Makes the factors long enough, whose content is not kept when they grow.
     *
     * @param tokens T
     * @param headRows N * T
     */
    void ensureScales(int tokens, long headRows) {
        assert tokens >= 0 && headRows >= 0 : tokens + " tokens, " + headRows + " rows of heads";
        if (inputScale.length < tokens) {
            inputScale = new float[tokens];
            joinedScale = new float[tokens];
            gatedScale = new float[tokens];
        }
        if (inverseSums.length < headRows) {
            inverseSums = new float[Math.toIntExact(headRows)];
        }
    }

    /** [T], of the input of a product; 1 unless that is of bytes. */
    float[] inputScale() {
        return inputScale;
    }

    /** [T], of what the heads attend to. */
    float[] joinedScale() {
        return joinedScale;
    }

    /** [T], of the MLP's inner values. */
    float[] gatedScale() {
        return gatedScale;
    }

    /** [N * T], of the softmax. */
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
