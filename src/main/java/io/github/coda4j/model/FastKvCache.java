package io.github.coda4j.model;

import io.github.coda4j.kernel.Elements;
import io.github.coda4j.kernel.HeadRule;
import io.github.coda4j.kernel.Heads;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.tensor.LargePages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Keys and values of one sequence in one block of memory: [layers, 2, K, length, H]. */
final class FastKvCache implements KvCache {
    private static final float[] NONE = new float[0];
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int length;
    private final int layers;
    private final int kvHeads;
    private final int headDim;
    private final NumberKind kind;
    private final LargePages pages;
    private final MemorySegment memory;

    FastKvCache(ModelConfig config, int length, int layers, NumberKind kind) {
        this(length, layers, config.kvHeads(), config.headDim(), kind);
    }

    private FastKvCache(int length, int layers, int kvHeads, int headDim, NumberKind kind) {
        assert length > 0 && layers > 0 : length + " positions of " + layers + " layers";
        this.length = length;
        this.layers = layers;
        this.kvHeads = kvHeads;
        this.headDim = headDim;
        this.kind = kind;
        long bytes = 2L * layers * plane() * kind.bytes();
        this.pages = new LargePages(bytes);
        this.memory = pages.allocate(bytes).fill((byte) 0);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    @Override
    public float[] deepestValues(int start, int end) {
        float[] values = new float[(end - start) * kvHeads * headDim]; // [T, K, H]
        long first = keys(layers - 1) + plane(); // [K, L, H]
        for (int head = 0; head < kvHeads; head++) {
            for (int t = start; t < end; t++) {
                long from = first + ((long) head * length + t) * headDim;
                int to = ((t - start) * kvHeads + head) * headDim;
                for (int i = 0; i < headDim; i++) {
                    values[to + i] = element(from + i);
                }
            }
        }
        return values;
    }

    private float element(long index) {
        return switch (kind) {
            case F32 -> memory.get(FLOAT, index * Float.BYTES);
            case BF16 -> Float.intBitsToFloat(memory.get(SHORT, index * Short.BYTES) << Short.SIZE);
            case U8, U7 -> throw new IllegalStateException("keys and values are not kept in bytes");
        };
    }

    MemorySegment memory() {
        return memory;
    }

    /** First element of a layer's keys; its values follow {@link #plane} elements later. */
    long keys(int layer) {
        return 2L * layer * plane();
    }

    /** Elements of one layer's keys: [K, length, H]. */
    long plane() {
        return (long) kvHeads * length * headDim;
    }

    /** The same positions elsewhere, see {@link io.github.coda4j.model.plan.Denoiser#moved}. */
    FastKvCache moved(int[] from, Rotary rotary) {
        FastKvCache target = new FastKvCache(from.length, layers, kvHeads, headDim, kind);
        Heads heads = new Heads(headDim);
        for (int first = 0; first < from.length; ) {
            int end = MovedRun.end(from, first);
            if (from[first] >= 0) {
                float[] cos = new float[headDim / 2];
                float[] sin = new float[headDim / 2];
                rotary.turn(first - from[first], cos, sin, 0);
                HeadRule turn = new HeadRule(NONE, 0, NONE, 0, cos, sin, 1);
                copy(target, from[first], first, end - first, heads, turn);
            }
            first = end;
        }
        return target;
    }

    private void copy(FastKvCache target, int from, int to, int count, Heads heads, HeadRule turn) {
        Elements source = new Elements(memory, kind);
        Elements out = new Elements(target.memory, kind);
        for (int plane = 0; plane < 2 * layers * kvHeads; plane++) { // [layers, 2, K]
            long read = ((long) plane * length + from) * headDim;
            long write = ((long) plane * target.length + to) * headDim;
            boolean isKey = plane / kvHeads % 2 == 0;
            if (isKey && from != to) {
                for (int t = 0; t < count; t++) {
                    long row = (long) t * headDim;
                    heads.prepare(turn, source, read + row, 1, 0, out, write + row);
                }
            } else {
                long bytes = (long) count * headDim * kind.bytes();
                MemorySegment.copy(memory, read * kind.bytes(), target.memory, write * kind.bytes(), bytes);
            }
        }
    }

    @Override
    public void close() {
        pages.close();
    }
}
