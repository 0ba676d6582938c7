package io.github.coda4j.pjrt.oracle;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.PjrtArguments;
import io.github.coda4j.pjrt.PjrtCode;
import io.github.coda4j.pjrt.PjrtFunction;
import io.github.coda4j.pjrt.PjrtStruct;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A PJRT plugin made of Java: a table of functions in native memory, whose functions are upcalls, in front of a
 * {@link Backend}. As real plugins do it runs programs on a thread of its own, gives results before they are there, and
 * says through events when they are; an argument that a program donates is dead at once.
 *
 * <p>Close it after its clients.
 */
@SuppressWarnings("restricted") // makes functions for native callers and gives their pointers sizes
public final class JavaPlugin implements AutoCloseable {
    /** The version of the C API that the table says it has. */
    private static final int MINOR = 104;

    private static final int FUNCTIONS = 135;
    private static final int VERSION = 16;
    private static final int VERSION_SIZE = 24;
    private static final int MAJOR_OFFSET = 32;
    private static final int MINOR_OFFSET = 36;
    private static final int TABLE = 40;
    private static final int POINTER = 8;
    private static final long STACK_BYTES = 64L << 20;
    /** What is given out as pointers: numbers that lie in no process's memory. */
    private static final long FIRST_HANDLE = 0x10;

    private final Backend backend;
    private final Arena arena = Arena.ofShared();
    private final Map<Long, Object> objects = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong(FIRST_HANDLE);
    private final ExecutorService device = Executors.newSingleThreadExecutor(Thread.ofPlatform()
            .daemon()
            .name("coda-pjrt-device")
            .stackSize(STACK_BYTES)
            .factory());
    private final Closing closing = new Closing();
    private final MemorySegment table;

    /** One function: reads its structure and writes into it. */
    @FunctionalInterface
    private interface Function {
        void call(PjrtArguments arguments) throws Exception;
    }

    private record Failed(PjrtCode code, MemorySegment text, Arena memory) {}

    private record Event(CompletableFuture<?> done) {}

    private record Client(Arena memory, MemorySegment devices, MemorySegment platform) {}

    private record Device(int index, MemorySegment text) {}

    private record Program(Backend.Computation computation, int devices) {}

    private record Outputs(int count) {}

    private static final class Buffer {
        final CompletableFuture<HostArray> array;
        final Signature.Type type;
        final Device device;
        volatile boolean dead;
        private CompletableFuture<?> uses = CompletableFuture.completedFuture(null);

        Buffer(CompletableFuture<HostArray> array, Signature.Type type, Device device) {
            this.array = array;
            this.type = type;
            this.device = device;
        }

        /** Something reads it until then. */
        synchronized void usedUntil(CompletableFuture<?> done) {
            uses = uses.handle((_, _) -> null).thenCombine(done.handle((_, _) -> null), (_, _) -> null);
        }

        /** Frees it when it is there and nothing reads it any more. */
        synchronized void free() {
            usedUntil(array);
            uses.thenRun(() -> array.thenAccept(HostArray::free));
        }
    }

    /** A plugin in front of what computes, which it does not close. */
    public JavaPlugin(Backend backend) {
        check(backend.devices() >= 1, "a plugin needs at least 1 device, got %d", backend.devices());
        this.backend = backend;
        this.table = arena.allocate(TABLE + (long) POINTER * FUNCTIONS, POINTER);
        table.set(ValueLayout.JAVA_LONG, 0, table.byteSize());
        table.set(ValueLayout.JAVA_LONG, VERSION, VERSION_SIZE);
        table.set(ValueLayout.JAVA_INT, MAJOR_OFFSET, 0);
        table.set(ValueLayout.JAVA_INT, MINOR_OFFSET, MINOR);
        functions()
                .forEach((function, work) -> table.set(ValueLayout.ADDRESS, function.offset(), stub(function, work)));
    }

    /** The {@code PJRT_Api}; stays until the plugin is closed. */
    public MemorySegment api() {
        closing.checkOpen("the plugin");
        return table;
    }

    /** What the other side has not destroyed: clients with their devices, programs, buffers, events and errors. */
    public int liveCount() {
        return objects.size();
    }

    private Map<PjrtFunction, Function> functions() {
        Map<PjrtFunction, Function> all = new EnumMap<>(PjrtFunction.class);
        all.put(
                PjrtFunction.ERROR_DESTROY,
                a -> take(a, "error", Failed.class).memory().close());
        all.put(PjrtFunction.ERROR_MESSAGE, this::errorMessage);
        all.put(
                PjrtFunction.ERROR_GET_CODE,
                a -> a.setInt("code", get(a, "error", Failed.class).code().number()));
        all.put(PjrtFunction.PLUGIN_INITIALIZE, _ -> {});
        all.put(
                PjrtFunction.PLUGIN_ATTRIBUTES,
                a -> a.set("attributes", MemorySegment.NULL).set("num_attributes", 0));
        all.put(PjrtFunction.EVENT_DESTROY, a -> take(a, "event", Event.class));
        all.put(
                PjrtFunction.EVENT_AWAIT,
                a -> get(a, "event", Event.class).done().join());
        all.put(PjrtFunction.CLIENT_CREATE, this::createClient);
        all.put(PjrtFunction.CLIENT_DESTROY, this::destroyClient);
        all.put(PjrtFunction.CLIENT_PLATFORM_NAME, this::platformName);
        all.put(
                PjrtFunction.CLIENT_ADDRESSABLE_DEVICES,
                a -> a.set("addressable_devices", get(a, "client", Client.class).devices())
                        .set("num_addressable_devices", backend.devices()));
        all.put(PjrtFunction.CLIENT_COMPILE, this::compile);
        all.put(PjrtFunction.CLIENT_BUFFER_FROM_HOST_BUFFER, this::fromHost);
        all.put(
                PjrtFunction.DEVICE_DESCRIPTION_ID,
                a -> a.setInt("id", get(a, "device_description", Device.class).index()));
        all.put(PjrtFunction.DEVICE_DESCRIPTION_TO_STRING, this::describe);
        all.put(PjrtFunction.DEVICE_GET_DESCRIPTION, a -> a.set("device_description", a.pointer("device")));
        all.put(PjrtFunction.EXECUTABLE_DESTROY, a -> take(a, "executable", Outputs.class));
        all.put(
                PjrtFunction.EXECUTABLE_NUM_OUTPUTS,
                a -> a.set("num_outputs", get(a, "executable", Outputs.class).count()));
        all.put(
                PjrtFunction.LOADED_EXECUTABLE_DESTROY,
                a -> take(a, "executable", Program.class).computation().end());
        all.put(
                PjrtFunction.LOADED_EXECUTABLE_GET_EXECUTABLE,
                a -> a.set(
                        "executable",
                        put(new Outputs(get(a, "loaded_executable", Program.class)
                                .computation()
                                .signature()
                                .results()
                                .size()))));
        all.put(PjrtFunction.LOADED_EXECUTABLE_EXECUTE, this::execute);
        all.put(
                PjrtFunction.BUFFER_DESTROY,
                a -> take(a, "buffer", Buffer.class).free());
        all.put(PjrtFunction.BUFFER_TO_HOST_BUFFER, this::toHost);
        return all;
    }

    private MemorySegment stub(PjrtFunction function, Function work) {
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .findVirtual(
                            JavaPlugin.class,
                            "answer",
                            MethodType.methodType(
                                    MemorySegment.class, PjrtFunction.class, Function.class, MemorySegment.class));
            return Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.insertArguments(handle, 0, this, function, work),
                            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                            arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing may be thrown to a native caller: it becomes an error. */
    private MemorySegment answer(PjrtFunction function, Function work, MemorySegment pointer) {
        try {
            PjrtArguments arguments = PjrtArguments.at(function.arguments(), pointer);
            if (arguments.statedSize() < function.arguments().size()) {
                throw new Failure(
                        PjrtCode.INVALID_ARGUMENT,
                        "Unexpected " + function.arguments() + " size: expected "
                                + function.arguments().size() + ", got " + arguments.statedSize());
            }
            work.call(arguments);
            return MemorySegment.NULL;
        } catch (CompletionException e) {
            return error(e.getCause());
        } catch (Throwable e) {
            return error(e);
        }
    }

    private MemorySegment error(Throwable cause) {
        PjrtCode code = cause instanceof Failure failure ? failure.code() : PjrtCode.INTERNAL;
        Arena memory = Arena.ofShared();
        String text = cause instanceof Failure ? cause.getMessage() : cause.toString();
        return put(new Failed(code, memory.allocateFrom(text), memory));
    }

    private MemorySegment put(Object object) {
        long handle = next.getAndIncrement();
        objects.put(handle, object);
        return MemorySegment.ofAddress(handle);
    }

    private <T> T get(PjrtArguments arguments, String field, Class<T> type) {
        return checked(objects.get(arguments.pointer(field).address()), type);
    }

    private <T> T take(PjrtArguments arguments, String field, Class<T> type) {
        return checked(objects.remove(arguments.pointer(field).address()), type);
    }

    private static <T> T checked(Object object, Class<T> type) {
        if (!type.isInstance(object)) {
            throw new Failure(
                    PjrtCode.INVALID_ARGUMENT, "no live " + type.getSimpleName() + ": destroyed before, or never made");
        }
        return type.cast(object);
    }

    private void errorMessage(PjrtArguments a) {
        MemorySegment text = get(a, "error", Failed.class).text();
        a.set("message", text).set("message_size", text.byteSize() - 1);
    }

    private void createClient(PjrtArguments a) {
        Arena memory = Arena.ofShared();
        MemorySegment devices = memory.allocate(ValueLayout.ADDRESS, backend.devices());
        for (int i = 0; i < backend.devices(); i++) {
            String text = backend.platform().toUpperCase(java.util.Locale.ROOT) + "_" + i;
            devices.setAtIndex(ValueLayout.ADDRESS, i, put(new Device(i, memory.allocateFrom(text))));
        }
        a.set("client", put(new Client(memory, devices, memory.allocateFrom(backend.platform()))));
    }

    private void destroyClient(PjrtArguments a) {
        Client client = take(a, "client", Client.class);
        for (int i = 0; i < backend.devices(); i++) {
            objects.remove(client.devices().getAtIndex(ValueLayout.ADDRESS, i).address());
        }
        client.memory().close();
    }

    private void platformName(PjrtArguments a) {
        MemorySegment name = get(a, "client", Client.class).platform();
        a.set("platform_name", name).set("platform_name_size", name.byteSize() - 1);
    }

    private void describe(PjrtArguments a) {
        MemorySegment text = get(a, "device_description", Device.class).text();
        a.set("to_string", text).set("to_string_size", text.byteSize() - 1);
    }

    private void compile(PjrtArguments a) {
        PjrtArguments program = PjrtArguments.at(PjrtStruct.PROGRAM, a.pointer("program"));
        if (!program.text("format").equals("mlir")) {
            throw new Failure(PjrtCode.UNIMPLEMENTED, "unknown format " + program.text("format") + "; known: mlir");
        }
        int devices = CompiledFor.devices(a.pointer("compile_options")
                .reinterpret(a.number("compile_options_size"))
                .toArray(ValueLayout.JAVA_BYTE));
        if (devices > backend.devices()) {
            throw new Failure(
                    PjrtCode.INVALID_ARGUMENT,
                    "the program is for " + devices + " devices, but there are " + backend.devices());
        }
        a.set("executable", put(new Program(backend.compile(program.text("code")), devices)));
    }

    private void fromHost(PjrtArguments a) {
        get(a, "client", Client.class);
        BufferType type = BufferType.of(a.numberInt("type"))
                .orElseThrow(
                        () -> new Failure(PjrtCode.UNIMPLEMENTED, "unknown type of elements " + a.numberInt("type")));
        long[] dims = a.numbers("dims", a.number("num_dims"));
        HostArray array = HostArray.zeros(type, dims);
        array.data().copyFrom(a.pointer("data").reinterpret(type.bytes(dims)));
        Buffer buffer = new Buffer(
                CompletableFuture.completedFuture(array),
                new Signature.Type(type, dims),
                get(a, "device", Device.class));
        a.set("done_with_host_buffer", put(new Event(buffer.array)));
        a.set("buffer", put(buffer));
    }

    private Buffer alive(MemorySegment pointer) {
        Buffer buffer = checked(objects.get(pointer.address()), Buffer.class);
        if (buffer.dead) {
            throw new Failure(PjrtCode.INVALID_ARGUMENT, "Buffer has been deleted or donated.");
        }
        return buffer;
    }

    private void toHost(PjrtArguments a) {
        Buffer buffer = alive(a.pointer("src"));
        long bytes = buffer.type.type().bytes(buffer.type.dims());
        MemorySegment target = a.pointer("dst");
        if (target.equals(MemorySegment.NULL)) {
            a.set("dst_size", bytes);
            return;
        }
        if (a.number("dst_size") < bytes) {
            throw new Failure(
                    PjrtCode.INVALID_ARGUMENT, "dst_size " + a.number("dst_size") + " is below the needed " + bytes);
        }
        CompletableFuture<Void> copied =
                buffer.array.thenAccept(array -> target.reinterpret(bytes).copyFrom(array.data()));
        buffer.usedUntil(copied);
        a.set("event", put(new Event(copied)));
    }

    private void execute(PjrtArguments a) {
        Program program = get(a, "executable", Program.class);
        Signature signature = program.computation().signature();
        int numDevices = Math.toIntExact(a.number("num_devices"));
        if (numDevices != program.devices()) {
            throw new Failure(
                    PjrtCode.INVALID_ARGUMENT,
                    "the program is for " + program.devices() + " devices, got arguments of " + numDevices);
        }
        long count = a.number("num_args");
        List<List<Buffer>> arguments = new ArrayList<>();
        for (MemorySegment list : a.pointers("argument_lists", numDevices)) {
            List<Buffer> own = new ArrayList<>();
            MemorySegment pointers = list.reinterpret(count * POINTER);
            for (int i = 0; i < count; i++) {
                own.add(alive(pointers.getAtIndex(ValueLayout.ADDRESS, i)));
            }
            refuseOthers(signature, own);
            arguments.add(own);
        }
        // The results are there once the device has come to them; donated arguments are dead from now on.
        CompletableFuture<List<List<HostArray>>> done = CompletableFuture.supplyAsync(
                () -> program.computation()
                        .run(arguments.stream()
                                .map(list -> list.stream()
                                        .map(buffer -> buffer.array.join())
                                        .toList())
                                .toList()),
                device);
        for (List<Buffer> own : arguments) {
            for (int i = 0; i < own.size(); i++) {
                own.get(i).usedUntil(done);
                own.get(i).dead |= signature.donated().get(i).isPresent();
            }
        }
        MemorySegment[] lists = a.pointers("output_lists", numDevices);
        MemorySegment events = a.pointer("device_complete_events");
        for (int d = 0; d < numDevices; d++) {
            int number = d;
            Device where = arguments.get(d).isEmpty() ? null : arguments.get(d).getFirst().device;
            MemorySegment results =
                    lists[d].reinterpret((long) POINTER * signature.results().size());
            for (int r = 0; r < signature.results().size(); r++) {
                int index = r;
                results.setAtIndex(
                        ValueLayout.ADDRESS,
                        r,
                        put(new Buffer(
                                done.thenApply(all -> all.get(number).get(index)),
                                signature.results().get(r),
                                where)));
            }
            if (!events.equals(MemorySegment.NULL)) {
                events.reinterpret((long) POINTER * numDevices)
                        .setAtIndex(ValueLayout.ADDRESS, d, put(new Event(done)));
            }
        }
    }

    private static void refuseOthers(Signature signature, List<Buffer> arguments) {
        if (arguments.size() != signature.arguments().size()) {
            throw new Failure(
                    PjrtCode.INVALID_ARGUMENT,
                    "Execution supplied " + arguments.size() + " buffers but compiled program expected "
                            + signature.arguments().size());
        }
        String wrong = IntStream.range(0, arguments.size())
                .filter(i -> !arguments
                        .get(i)
                        .type
                        .toString()
                        .equals(signature.arguments().get(i).toString()))
                .mapToObj(i -> "argument " + i + " is " + arguments.get(i).type + ", expected "
                        + signature.arguments().get(i))
                .collect(Collectors.joining("; "));
        if (!wrong.isEmpty()) {
            throw new Failure(PjrtCode.INVALID_ARGUMENT, wrong);
        }
    }

    /** Frees the table; nobody may call it any more. */
    @Override
    public void close() {
        closing.once(() -> {
            device.shutdownNow();
            objects.values().forEach(object -> {
                if (object instanceof Buffer buffer) {
                    buffer.free();
                }
            });
            objects.clear();
            arena.close();
        });
    }
}
