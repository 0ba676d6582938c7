package io.github.coda4j.tensor.products;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Libtorch;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions of oneDNN's C interface that products need. libtorch has a copy of oneDNN inside, but hides it behind
 * operators that take 10 to 35 microseconds per call (docs/adr/0016); here a product is made once and then only run.
 *
 * <p>Everything that is made here is native and lives until its {@code destroy} function is called. Objects may be
 * shared between threads unless they are changed ({@link #point}).
 */
@SuppressWarnings("restricted") // loads a native library and calls it
final class OneDnn {
    /** Kinds of native objects. */
    enum Handle {
        DESCRIPTION("memory_desc"),
        PLAN("primitive_desc"),
        PRIMITIVE("primitive"),
        MEMORY("memory"),
        ATTRIBUTES("primitive_attr"),
        STREAM("stream");

        private final String name;

        Handle(String name) {
            this.name = name;
        }
    }

    /** Which argument of a product a memory object is, see {@link #argument}. */
    static final int SOURCE = 1;

    static final int TARGET = 17;
    static final int WEIGHTS = 33;
    static final int SCRATCHPAD = 80;
    static final int WEIGHT_SCALES = 4096 | WEIGHTS;
    static final int SOURCE_ZERO_POINT = 8192 | SOURCE;

    /** {@code int arg; dnnl_memory_t memory}. */
    private static final MemoryLayout ARGUMENT = MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("arg"),
            MemoryLayout.paddingLayout(4),
            ValueLayout.ADDRESS.withName("memory"));

    private static final int ANY_FORMAT = 1;
    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int USER_SCRATCHPAD = 1;
    private static final int QUERY_IMPLEMENTATION = 8;
    private static final int QUERY_WEIGHTS = 131;
    private static final int QUERY_SCRATCHPAD = 136;
    private static final int UNIMPLEMENTED = 3;

    /**
     * Primitives that oneDNN keeps by itself, so that threads that make the same ones have them once. Its own 1024 are
     * half a gigabyte (docs/adr/0043).
     */
    private static final int KEPT_PRIMITIVES = 32;

    /** By which users say another number. */
    private static final List<String> KEPT_VARIABLES =
            List.of("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "DNNL_PRIMITIVE_CACHE_CAPACITY");

    private static final AddressLayout P = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG;

    private static final String FOLDER = "/org/bytedeco/dnnl/" + Loader.getPlatform() + "/";
    private static final String LIBRARY = System.mapLibraryName("dnnl") + ".3";

    private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

    private final SymbolLookup library;
    private final MemorySegment engine;
    private final MethodHandle setThreads;
    private final MethodHandle effectiveIsa;
    private final MethodHandle execute;
    private final MethodHandle point;
    private final MethodHandle memoryCreate;
    private final MethodHandle describeStrided;
    private final MethodHandle describeTagged;
    private final MethodHandle descriptionClone;
    private final MethodHandle descriptionBytes;
    private final MethodHandle attributesCreate;
    private final MethodHandle attributesScratchpad;
    private final MethodHandle attributesScales;
    private final MethodHandle attributesZeroPoints;
    private final MethodHandle matmulPlan;
    private final MethodHandle reorderPlan;
    private final MethodHandle planQuery;
    private final MethodHandle planQueryDescription;
    private final MethodHandle primitiveCreate;
    private final MethodHandle streamCreate;
    private final MethodHandle[] destroy = new MethodHandle[Handle.values().length];

    /** oneDNN, or nothing where its library is not there for this platform. */
    static Optional<OneDnn> find() {
        return Holder.FOUND;
    }

    private OneDnn(SymbolLookup library) {
        this.library = library;
        this.setThreads = Linker.nativeLinker()
                .downcallHandle(library.findOrThrow("omp_set_num_threads"), FunctionDescriptor.ofVoid(I));
        this.effectiveIsa = function("dnnl_get_effective_cpu_isa", FunctionDescriptor.of(I));
        this.execute = status("dnnl_primitive_execute", P, P, I, P);
        this.point = status("dnnl_memory_set_data_handle", P, P);
        this.memoryCreate = status("dnnl_memory_create", P, P, P, P);
        this.describeStrided = status("dnnl_memory_desc_create_with_strides", P, I, P, I, P);
        this.describeTagged = status("dnnl_memory_desc_create_with_tag", P, I, P, I, I);
        this.descriptionClone = status("dnnl_memory_desc_clone", P, P);
        this.descriptionBytes = function("dnnl_memory_desc_get_size", FunctionDescriptor.of(L, P));
        this.attributesCreate = status("dnnl_primitive_attr_create", P);
        this.attributesScratchpad = status("dnnl_primitive_attr_set_scratchpad_mode", P, I);
        this.attributesScales = status("dnnl_primitive_attr_set_scales_mask", P, I, I);
        this.attributesZeroPoints = status("dnnl_primitive_attr_set_zero_points_mask", P, I, I);
        this.matmulPlan = status("dnnl_matmul_primitive_desc_create", P, P, P, P, P, P, P);
        this.reorderPlan = status("dnnl_reorder_primitive_desc_create", P, P, P, P, P, P);
        this.planQuery = status("dnnl_primitive_desc_query", P, I, I, P);
        this.planQueryDescription = function("dnnl_primitive_desc_query_md", FunctionDescriptor.of(P, P, I, I));
        this.primitiveCreate = status("dnnl_primitive_create", P, P);
        this.streamCreate = status("dnnl_stream_create", P, P, I);
        Arrays.setAll(destroy, kind -> status("dnnl_" + Handle.values()[kind].name + "_destroy", P));
        MethodHandle engineCreate = status("dnnl_engine_create", P, I, L);
        this.engine = made("engine", result -> (int) engineCreate.invokeExact(result, CPU, 0L));
        if (KEPT_VARIABLES.stream().allMatch(name -> System.getenv(name) == null)) {
            MethodHandle keep = status("dnnl_set_primitive_cache_capacity", I);
            check("set_primitive_cache_capacity", () -> (int) keep.invokeExact(KEPT_PRIMITIVES));
        }
    }

    /** Threads that oneDNN may use when called from the current thread. */
    void setThreads(int threads) {
        try {
            setThreads.invokeExact(threads);
        } catch (Throwable e) {
            throw failed("set_num_threads", e);
        }
    }

    /**
     * The instructions that oneDNN uses: the processor's, unless the environment variable ONEDNN_MAX_CPU_ISA caps them.
     * What the bits mean depends on the architecture (dnnl_types.h, dnnl_cpu_isa_t).
     */
    int effectiveIsa() {
        try {
            return (int) effectiveIsa.invokeExact();
        } catch (Throwable e) {
            throw failed("get_effective_cpu_isa", e);
        }
    }

    /** Whether the library for this platform is on the class path. */
    static boolean isBundled() {
        return OneDnn.class.getResource(FOLDER + LIBRARY) != null;
    }

    static boolean isX86() {
        return Loader.getPlatform().endsWith("x86_64");
    }

    /** Describes values by their strides, counted in elements. */
    MemorySegment describe(DType type, long[] sizes, long[] strides) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeSizes = arena.allocateFrom(L, sizes);
            MemorySegment nativeStrides = arena.allocateFrom(L, strides);
            return made("description", result ->
                    (int) describeStrided.invokeExact(result, sizes.length, nativeSizes, number(type), nativeStrides));
        }
    }

    /** Describes values that lie row after row without gaps. */
    MemorySegment describe(DType type, long... sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        return describe(type, sizes, strides);
    }

    /** Describes values whose layout oneDNN chooses. */
    MemorySegment describeAny(DType type, long... sizes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeSizes = arena.allocateFrom(L, sizes);
            return made("description", result ->
                    (int) describeTagged.invokeExact(result, sizes.length, nativeSizes, number(type), ANY_FORMAT));
        }
    }

    /** Bytes of what is described, padding included. */
    long bytes(MemorySegment description) {
        try {
            return (long) descriptionBytes.invokeExact(description);
        } catch (Throwable e) {
            throw failed("memory_desc_get_size", e);
        }
    }

    /**
     * The plan of target = source weights, for matrices or batches of them, with scratch memory brought by the caller.
     *
     * @param quantized whether the weights have a scale per column and the source a zero point
     * @return nothing where oneDNN has no implementation
     */
    Optional<MemorySegment> planProduct(
            MemorySegment source, MemorySegment weights, MemorySegment target, boolean quantized) {
        MemorySegment attributes = made("attributes", result -> (int) attributesCreate.invokeExact(result));
        try {
            check("scratchpad", () -> (int) attributesScratchpad.invokeExact(attributes, USER_SCRATCHPAD));
            if (quantized) {
                check("scales", () -> (int) attributesScales.invokeExact(attributes, WEIGHTS, 2));
                check("zero point", () -> (int) attributesZeroPoints.invokeExact(attributes, SOURCE, 0));
            }
            return madeIfImplemented("product", result -> (int)
                    matmulPlan.invokeExact(result, engine, source, weights, MemorySegment.NULL, target, attributes));
        } finally {
            destroy(Handle.ATTRIBUTES, attributes);
        }
    }

    /** The plan of copying one layout to another. */
    MemorySegment planReorder(MemorySegment from, MemorySegment to) {
        return made("reorder", result ->
                (int) reorderPlan.invokeExact(result, from, engine, to, engine, MemorySegment.NULL));
    }

    /**
     * Whether oneDNN has only its reference code for the plan, hundreds of times slower than what it writes for the
     * processor.
     */
    boolean isSlow(MemorySegment plan) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(P);
            check("query", () -> (int) planQuery.invokeExact(plan, QUERY_IMPLEMENTATION, 0, name));
            return name.get(P, 0).reinterpret(Long.MAX_VALUE).getString(0).contains("ref");
        }
    }

    /** How the plan wants its weights; belongs to the caller. */
    MemorySegment weightsOf(MemorySegment plan) {
        return copyOf(descriptionOf(plan, QUERY_WEIGHTS));
    }

    /** The same description once more. */
    MemorySegment copyOf(MemorySegment description) {
        return made("description", result -> (int) descriptionClone.invokeExact(result, description));
    }

    /** The scratch memory that the plan needs; belongs to the plan. */
    MemorySegment scratchpadOf(MemorySegment plan) {
        return descriptionOf(plan, QUERY_SCRATCHPAD);
    }

    private MemorySegment descriptionOf(MemorySegment plan, int what) {
        try {
            return (MemorySegment) planQueryDescription.invokeExact(plan, what, 0);
        } catch (Throwable e) {
            throw failed("primitive_desc_query_md", e);
        }
    }

    /** Code for a plan. */
    MemorySegment primitive(MemorySegment plan) {
        return made("primitive", result -> (int) primitiveCreate.invokeExact(result, plan));
    }

    /** A memory object over data of the caller, which must outlive it. */
    MemorySegment memory(MemorySegment description, MemorySegment data) {
        return made("memory", result -> (int) memoryCreate.invokeExact(result, description, engine, data));
    }

    /** A memory object over consecutive values. */
    MemorySegment vector(DType type, MemorySegment data) {
        MemorySegment description = describe(type, data.byteSize() / type.bytes());
        try {
            return memory(description, data);
        } finally {
            destroy(Handle.DESCRIPTION, description);
        }
    }

    /** Lets a memory object stand for other data of the same description. */
    void point(MemorySegment memory, MemorySegment data) {
        check("set_data_handle", () -> (int) point.invokeExact(memory, data));
    }

    /** A queue to run primitives on; they run at once, in the calling thread. */
    MemorySegment stream() {
        return made("stream", result -> (int) streamCreate.invokeExact(result, engine, IN_ORDER));
    }

    /** Room for so many arguments of {@link #execute}. */
    static MemorySegment arguments(Arena arena, int count) {
        return arena.allocate(ARGUMENT, count);
    }

    /** Puts an argument in its place. */
    static void argument(MemorySegment arguments, int index, int which, MemorySegment memory) {
        arguments.set(I, index * ARGUMENT.byteSize(), which);
        arguments.set(P, index * ARGUMENT.byteSize() + 8, memory);
    }

    /** Runs a primitive to its end. */
    void execute(MemorySegment primitive, MemorySegment stream, int count, MemorySegment arguments) {
        check("execute", () -> (int) execute.invokeExact(primitive, stream, count, arguments));
    }

    /** Frees an object. */
    void destroy(Handle kind, MemorySegment object) {
        check("destroy", () -> (int) destroy[kind.ordinal()].invokeExact(object));
    }

    private static int number(DType type) {
        return switch (type) {
            case F16 -> 1;
            case BF16 -> 2;
            case F32 -> 3;
            case I32 -> 4;
            case I8 -> 5;
            case U8 -> 6;
            default -> throw new IllegalArgumentException("oneDNN's products do not take " + type);
        };
    }

    private MethodHandle status(String name, MemoryLayout... arguments) {
        return function(name, FunctionDescriptor.of(I, arguments));
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    @FunctionalInterface
    private interface Call {
        int run() throws Throwable;
    }

    @FunctionalInterface
    private interface Maker {
        int run(MemorySegment result) throws Throwable;
    }

    private static void check(String what, Call call) {
        int status;
        try {
            status = call.run();
        } catch (Throwable e) {
            throw failed(what, e);
        }
        if (status != 0) {
            throw new IllegalStateException("oneDNN: " + what + " failed with status " + status);
        }
    }

    private static MemorySegment made(String what, Maker maker) {
        return madeIfImplemented(what, maker)
                .orElseThrow(() -> new IllegalStateException("oneDNN has no " + what + " for this processor"));
    }

    private static Optional<MemorySegment> madeIfImplemented(String what, Maker maker) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(P);
            int status = maker.run(result);
            if (status == UNIMPLEMENTED) {
                return Optional.empty();
            }
            check(what, () -> status);
            return Optional.of(result.get(P, 0));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw failed(what, e);
        }
    }

    private static IllegalStateException failed(String what, Throwable e) {
        return new IllegalStateException("oneDNN: " + what + " cannot be called", e);
    }

    private static final class Holder {
        static final Optional<OneDnn> FOUND = look();

        private static Optional<OneDnn> look() {
            Libtorch.load(); // its OpenMP is the one to share
            try {
                Optional<File> library = unpack(FOLDER + LIBRARY);
                if (library.isEmpty()) {
                    LOG.info("no oneDNN for this platform: bf16 and int8 run on libtorch's plain products, slowly");
                    return Optional.empty();
                }
                return Optional.of(new OneDnn(open(library.get())));
            } catch (IOException | RuntimeException e) {
                LOG.warn("oneDNN cannot be loaded: bf16 and int8 run on libtorch's plain products, which are slow", e);
                return Optional.empty();
            }
        }

        private static SymbolLookup open(File library) throws IOException {
            try {
                return SymbolLookup.libraryLookup(library.toPath(), Arena.global());
            } catch (IllegalArgumentException e) {
                // No OpenMP is loaded under the name that it wants: an installed libtorch may bring one under another
                // name.
                unpack(FOLDER + "libgomp.so.1")
                        .ifPresent(openMp -> SymbolLookup.libraryLookup(openMp.toPath(), Arena.global()));
                return SymbolLookup.libraryLookup(library.toPath(), Arena.global());
            }
        }

        private static Optional<File> unpack(String resource) throws IOException {
            return OneDnn.class.getResource(resource) == null
                    ? Optional.empty()
                    : Optional.ofNullable(Loader.cacheResource(OneDnn.class, resource));
        }
    }
}
