package io.github.coda4j.pjrt;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array in a device's memory. One that was given away to a program (donated) is dead, but is closed all the same.
 */
public final class PjrtBuffer implements AutoCloseable {
    private final PjrtClient client;
    private final MemorySegment handle;
    private final Closing closing = new Closing();

    PjrtBuffer(PjrtClient client, MemorySegment handle) {
        this.client = client;
        this.handle = handle;
    }

    MemorySegment handle() {
        closing.checkOpen("the buffer");
        return handle;
    }

    /** Bytes that it has in the host's memory, dense. */
    public long bytes() {
        try (Arena arena = Arena.ofConfined()) {
            return ask(arena).number("dst_size");
        }
    }

    private PjrtArguments ask(Arena arena) {
        PjrtArguments arguments =
                PjrtArguments.of(PjrtStruct.BUFFER_TO_HOST_BUFFER, arena).set("src", handle());
        client.api().call(PjrtFunction.BUFFER_TO_HOST_BUFFER, arguments, "asking for a buffer's size");
        return arguments;
    }

    /**
     * Copies it to the host, dense, the last dimension next to each other; waits until it is there.
     *
     * @param target as many bytes as it has. When the device is lost meanwhile, it must not be freed
     * @throws PjrtException when it was donated, or the device fails
     */
    public void read(MemorySegment target) {
        String doing = "reading a buffer";
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments arguments = ask(arena);
            if (arguments.number("dst_size") != target.byteSize()) {
                throw CodaException.of(
                        "a buffer has %d bytes, but there is room for %d",
                        arguments.number("dst_size"), target.byteSize());
            }
            arguments.set("dst", target);
            client.api().call(PjrtFunction.BUFFER_TO_HOST_BUFFER, arguments, doing);
            client.await(arguments.pointer("event"), doing);
        }
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        closing.once(() -> client.free(this, PjrtFunction.BUFFER_DESTROY, "buffer", handle));
    }
}
