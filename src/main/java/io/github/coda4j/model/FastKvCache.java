package io.github.coda4j.model;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.tensor.LargePages;
import java.lang.foreign.MemorySegment;

/** Keys and values of one sequence in one block of memory: [layers, 2, K, length, H]. */
final class FastKvCache implements KvCache {
    private final int length;
    private final int kvHeads;
    private final int headDim;
    private final NumberKind kind;
    private final LargePages pages;
    private final MemorySegment memory;

    FastKvCache(ModelConfig config, int length, int layers, NumberKind kind) {
        assert length > 0 && layers > 0 : length + " positions of " + layers + " layers";
        this.length = length;
        this.kvHeads = config.kvHeads();
        this.headDim = config.headDim();
        this.kind = kind;
        long bytes = 2L * layers * plane() * kind.bytes();
        this.pages = new LargePages(bytes);
        this.memory = pages.allocate(bytes).fill((byte) 0);
    }

    @Override
    public int length() {
        return length;
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

    @Override
    public void close() {
        pages.close();
    }
}
