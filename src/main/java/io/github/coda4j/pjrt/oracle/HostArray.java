package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.Closing;
import io.github.coda4j.pjrt.BufferType;
import java.lang.foreign.MemorySegment;

/** An array in the host's memory. Whoever gives one away lets its new owner free it: a result is never an argument. */
public final class HostArray {
    private final BufferType type;
    private final long[] dims;
    private final MemorySegment data;
    private final Closing freeing = new Closing();

    private HostArray(BufferType type, long[] dims, MemorySegment data) {
        this.type = type;
        this.dims = dims;
        this.data = data;
    }

    /** One that is zero. */
    public static HostArray zeros(BufferType type, long[] dims) {
        return new HostArray(type, dims.clone(), NativeHeap.zeros(type.bytes(dims)));
    }

    public BufferType type() {
        return type;
    }

    public long[] dims() {
        return dims.clone();
    }

    /** Dense, the last dimension next to each other; native memory, 64 bytes aligned. */
    public MemorySegment data() {
        return data;
    }

    /** Gives the memory back; doing so again does nothing. */
    void free() {
        freeing.once(() -> NativeHeap.free(data));
    }
}
