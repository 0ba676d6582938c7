package io.github.coda4j.pjrt;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The devices of a plugin in use. What is made with it is closed with it at the latest. Any thread may call; whoever
 * closes must be the last one.
 */
public final class PjrtClient implements AutoCloseable {
    private static final int ONLY_DURING_CALL = 0;

    private final PjrtApi api;
    private final MemorySegment handle;
    private final Duration patience;
    private final PjrtThreads threads;
    private final String platform;
    private final List<PjrtDevice> devices;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private final Closing closing = new Closing();
    private volatile boolean lost;

    private PjrtClient(PjrtApi api, MemorySegment handle, PjrtThreads threads, Duration patience) {
        this.api = api;
        this.handle = handle;
        this.threads = threads;
        this.patience = patience;
        this.platform = readPlatform();
        this.devices = List.copyOf(readDevices());
    }

    static PjrtClient create(PjrtApi api, Map<String, PjrtValue> options, Duration patience) {
        check(patience.isPositive(), "the patience with a device must be positive, got %s", patience);
        PjrtThreads threads = new PjrtThreads();
        String doing = "taking the devices of " + api.plugin() + " into use";
        try {
            MemorySegment handle = threads.call(doing, () -> {
                try (Arena arena = Arena.ofConfined()) {
                    PjrtArguments create = PjrtArguments.of(PjrtStruct.CLIENT_CREATE, arena)
                            .set("create_options", PjrtValue.write(options, arena))
                            .set("num_options", options.size());
                    api.call(PjrtFunction.CLIENT_CREATE, create, doing);
                    return create.pointer("client");
                }
            });
            PjrtClient client = new PjrtClient(api, handle, threads, patience);
            if (client.devices.isEmpty()) {
                client.close();
                throw CodaException.of("%s has no device on this machine", api.plugin());
            }
            return client;
        } catch (RuntimeException e) {
            threads.close();
            throw e;
        }
    }

    private String readPlatform() {
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments arguments =
                    PjrtArguments.of(PjrtStruct.CLIENT_PLATFORM_NAME, arena).set("client", handle);
            api.call(PjrtFunction.CLIENT_PLATFORM_NAME, arguments, "asking for the platform");
            return arguments.text("platform_name");
        }
    }

    private List<PjrtDevice> readDevices() {
        String doing = "listing the devices";
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments all = PjrtArguments.of(PjrtStruct.CLIENT_ADDRESSABLE_DEVICES, arena)
                    .set("client", handle);
            api.call(PjrtFunction.CLIENT_ADDRESSABLE_DEVICES, all, doing);
            List<PjrtDevice> result = new ArrayList<>();
            for (MemorySegment device : all.pointers("addressable_devices", all.number("num_addressable_devices"))) {
                PjrtArguments described = PjrtArguments.of(PjrtStruct.DEVICE_GET_DESCRIPTION, arena)
                        .set("device", device);
                api.call(PjrtFunction.DEVICE_GET_DESCRIPTION, described, doing);
                MemorySegment description = described.pointer("device_description");
                PjrtArguments id = PjrtArguments.of(PjrtStruct.DEVICE_DESCRIPTION_ID, arena)
                        .set("device_description", description);
                api.call(PjrtFunction.DEVICE_DESCRIPTION_ID, id, doing);
                PjrtArguments text = PjrtArguments.of(PjrtStruct.DEVICE_DESCRIPTION_TO_STRING, arena)
                        .set("device_description", description);
                api.call(PjrtFunction.DEVICE_DESCRIPTION_TO_STRING, text, doing);
                result.add(new PjrtDevice(device, id.numberInt("id"), text.text("to_string")));
            }
            return result;
        }
    }

    /** The kind of devices, for example {@code tpu}. */
    public String platform() {
        return platform;
    }

    /** The devices that this process computes on, at least one. */
    public List<PjrtDevice> devices() {
        return devices;
    }

    /** How many buffers and programs are open. */
    public int liveCount() {
        return open.size();
    }

    /**
     * Compiles a program; takes as long as it takes.
     *
     * @param program StableHLO, as text
     * @throws PjrtException with the compiler's words when it is not accepted
     */
    public PjrtExecutable compile(String program, CompileOptions options) {
        checkUsable();
        String doing = "compiling a program for " + platform;
        MemorySegment executable = threads.call(doing, () -> {
            try (Arena arena = Arena.ofConfined()) {
                PjrtArguments code = PjrtArguments.of(PjrtStruct.PROGRAM, arena)
                        .set("code", program, arena)
                        .set("format", "mlir", arena);
                byte[] bytes = options.bytes();
                PjrtArguments compile = PjrtArguments.of(PjrtStruct.CLIENT_COMPILE, arena)
                        .set("client", handle)
                        .set("program", code.memory())
                        .set("compile_options", arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes))
                        .set("compile_options_size", bytes.length);
                api.call(PjrtFunction.CLIENT_COMPILE, compile, doing);
                return compile.pointer("executable");
            }
        });
        PjrtExecutable compiled = new PjrtExecutable(this, executable, options.devices());
        open.add(compiled);
        return compiled;
    }

    /**
     * Copies an array to a device; the data may change as soon as this returns.
     *
     * @param data dense, the last dimension next to each other; native memory
     * @throws PjrtException when the device has no room for it, or fails
     */
    public PjrtBuffer buffer(MemorySegment data, BufferType type, long[] dims, PjrtDevice device) {
        checkUsable();
        check(
                data.isNative() && data.byteSize() == type.bytes(dims),
                "an array of %d bytes needs as many in native memory, got %d",
                type.bytes(dims),
                data.byteSize());
        String doing = "copying an array to " + device;
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments arguments = PjrtArguments.of(PjrtStruct.CLIENT_BUFFER_FROM_HOST_BUFFER, arena)
                    .set("client", handle)
                    .set("data", data)
                    .setInt("type", type.number())
                    .set("dims", arena.allocateFrom(ValueLayout.JAVA_LONG, dims.length == 0 ? new long[1] : dims))
                    .set("num_dims", dims.length)
                    .setInt("host_buffer_semantics", ONLY_DURING_CALL)
                    .set("device", device.handle());
            api.call(PjrtFunction.CLIENT_BUFFER_FROM_HOST_BUFFER, arguments, doing);
            PjrtBuffer buffer = new PjrtBuffer(this, arguments.pointer("buffer"));
            open.add(buffer);
            try {
                await(arguments.pointer("done_with_host_buffer"), doing);
            } catch (PjrtException e) {
                buffer.close();
                throw e;
            }
            return buffer;
        }
    }

    PjrtApi api() {
        checkUsable();
        return api;
    }

    private void checkUsable() {
        closing.checkOpen("the client");
        if (lost) {
            throw new IllegalStateException("the device is lost");
        }
    }

    /** Buffers that a program made, at the given pointers. */
    List<PjrtBuffer> taken(MemorySegment pointers, int count) {
        List<PjrtBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            PjrtBuffer buffer = new PjrtBuffer(this, pointers.getAtIndex(ValueLayout.ADDRESS, i));
            open.add(buffer);
            buffers.add(buffer);
        }
        return buffers;
    }

    /** Waits for an event on another thread, and destroys it. */
    void await(MemorySegment event, String doing) {
        if (event.equals(MemorySegment.NULL)) {
            return;
        }
        threads.call(doing, patience, () -> lost = true, () -> {
            try {
                api.call(PjrtFunction.EVENT_AWAIT, "event", event, doing);
            } finally {
                api.call(PjrtFunction.EVENT_DESTROY, "event", event, doing);
            }
            return null;
        });
    }

    /** Gives something back to the plugin, unless its device is lost: that would wait for it. */
    void free(AutoCloseable owner, PjrtFunction destroy, String field, MemorySegment pointer) {
        open.remove(owner);
        if (!lost) {
            api.call(destroy, field, pointer, "giving back a " + field);
        }
    }

    /** Closes what is still open, and gives the devices back. */
    @Override
    public void close() {
        closing.once(() -> {
            try {
                Closing.all(List.copyOf(open));
                if (!lost) {
                    api.call(PjrtFunction.CLIENT_DESTROY, "client", handle, "giving the devices back");
                }
            } finally {
                threads.close();
            }
        });
    }
}
