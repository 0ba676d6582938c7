package io.github.coda4j.pjrt.oracle;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.pjrt.BufferType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array in the host's memory. Whoever gives one away lets its new owner free it.
 *
 * @param data dense, the last dimension next to each other; native memory, 64 bytes aligned
 * @param memory what it lies in
 */
public record HostArray(BufferType type, long[] dims, MemorySegment data, Arena memory) {
    private static final int ALIGNMENT = 64;

    public HostArray {
        check(
                data.byteSize() == type.bytes(dims),
                "an array of %d bytes cannot lie in %d",
                type.bytes(dims),
                data.byteSize());
    }

    /** One that is zero. */
    public static HostArray zeros(BufferType type, long[] dims) {
        long bytes = type.bytes(dims);
        Arena memory = Arena.ofShared();
        return new HostArray(
                type, dims, memory.allocate(Math.max(1, bytes), ALIGNMENT).asSlice(0, bytes), memory);
    }

    /** Gives the memory back. */
    void free() {
        memory.close();
    }
}
