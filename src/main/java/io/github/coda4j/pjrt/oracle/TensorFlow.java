package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.CodaException;
import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.PjrtCode;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The functions of TensorFlow's C interface that run a StableHLO program on XLA: a graph with one placeholder per
 * argument and one operation {@code XlaCallModule}, made a function, which is executed with the demand to be compiled.
 */
@SuppressWarnings("restricted") // loads a library and calls it
final class TensorFlow {
    /** The library itself, and the one that it needs beside it. */
    static final List<String> LIBRARIES = List.of("libtensorflow_framework.so.2", "libtensorflow_cc.so.2");

    /** Of {@code XlaCallModule}, as of TensorFlow 2.18. */
    private static final long MODULE_VERSION = 9;

    private static final String COMPILE = "_XlaMustCompile";
    private static final AddressLayout P = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final long POINTER = P.byteSize();
    /** {@code TF_Output}: an operation and the number of its result. */
    private static final long OUTPUT = 16;

    private final SymbolLookup library;
    private final MethodHandle newStatus;
    private final MethodHandle deleteStatus;
    private final MethodHandle statusCode;
    private final MethodHandle statusMessage;
    private final MethodHandle newGraph;
    private final MethodHandle deleteGraph;
    private final MethodHandle newOperation;
    private final MethodHandle attrType;
    private final MethodHandle attrTypeList;
    private final MethodHandle attrShapeList;
    private final MethodHandle attrInt;
    private final MethodHandle attrString;
    private final MethodHandle attrStringList;
    private final MethodHandle addInputList;
    private final MethodHandle finishOperation;
    private final MethodHandle graphToFunction;
    private final MethodHandle deleteFunction;
    private final MethodHandle addFunction;
    private final MethodHandle newOp;
    private final MethodHandle deleteOp;
    private final MethodHandle opAttrBool;
    private final MethodHandle opAddInput;
    private final MethodHandle execute;
    private final MethodHandle newTensorHandle;
    private final MethodHandle deleteTensorHandle;
    private final MethodHandle resolve;
    private final MethodHandle allocateTensor;
    private final MethodHandle tensorData;
    private final MethodHandle tensorBytes;
    private final MethodHandle deleteTensor;
    private final MemorySegment context;

    /**
     * Loads both libraries of a folder; they stay until the process ends.
     *
     * @throws CodaException when they are not there or cannot be loaded
     */
    TensorFlow(Path folder) {
        SymbolLookup last = null;
        for (String name : LIBRARIES) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw CodaException.of("the oracle is not here: %s is missing; scripts/fetch-oracle fetches it", file);
            }
            try {
                last = SymbolLookup.libraryLookup(file, Arena.global());
            } catch (IllegalArgumentException e) {
                throw new CodaException(
                        "the oracle's library " + file + " cannot be loaded: it runs on Linux on x86-64 only", e);
            }
        }
        this.library = last;
        this.newStatus = function("TF_NewStatus", FunctionDescriptor.of(P));
        this.deleteStatus = function("TF_DeleteStatus", FunctionDescriptor.ofVoid(P));
        this.statusCode = function("TF_GetCode", FunctionDescriptor.of(I, P));
        this.statusMessage = function("TF_Message", FunctionDescriptor.of(P, P));
        this.newGraph = function("TF_NewGraph", FunctionDescriptor.of(P));
        this.deleteGraph = function("TF_DeleteGraph", FunctionDescriptor.ofVoid(P));
        this.newOperation = function("TF_NewOperation", FunctionDescriptor.of(P, P, P, P));
        this.attrType = function("TF_SetAttrType", FunctionDescriptor.ofVoid(P, P, I));
        this.attrTypeList = function("TF_SetAttrTypeList", FunctionDescriptor.ofVoid(P, P, P, I));
        this.attrShapeList = function("TF_SetAttrShapeList", FunctionDescriptor.ofVoid(P, P, P, P, I));
        this.attrInt = function("TF_SetAttrInt", FunctionDescriptor.ofVoid(P, P, L));
        this.attrString = function("TF_SetAttrString", FunctionDescriptor.ofVoid(P, P, P, L));
        this.attrStringList = function("TF_SetAttrStringList", FunctionDescriptor.ofVoid(P, P, P, P, I));
        this.addInputList = function("TF_AddInputList", FunctionDescriptor.ofVoid(P, P, I));
        this.finishOperation = function("TF_FinishOperation", FunctionDescriptor.of(P, P, P));
        this.graphToFunction =
                function("TF_GraphToFunction", FunctionDescriptor.of(P, P, P, B, I, P, I, P, I, P, P, P, P, P));
        this.deleteFunction = function("TF_DeleteFunction", FunctionDescriptor.ofVoid(P));
        this.addFunction = function("TFE_ContextAddFunction", FunctionDescriptor.ofVoid(P, P, P));
        this.newOp = function("TFE_NewOp", FunctionDescriptor.of(P, P, P, P));
        this.deleteOp = function("TFE_DeleteOp", FunctionDescriptor.ofVoid(P));
        this.opAttrBool = function("TFE_OpSetAttrBool", FunctionDescriptor.ofVoid(P, P, B));
        this.opAddInput = function("TFE_OpAddInput", FunctionDescriptor.ofVoid(P, P, P));
        this.execute = function("TFE_Execute", FunctionDescriptor.ofVoid(P, P, P, P));
        this.newTensorHandle = function("TFE_NewTensorHandle", FunctionDescriptor.of(P, P, P));
        this.deleteTensorHandle = function("TFE_DeleteTensorHandle", FunctionDescriptor.ofVoid(P));
        this.resolve = function("TFE_TensorHandleResolve", FunctionDescriptor.of(P, P, P));
        this.allocateTensor = function("TF_AllocateTensor", FunctionDescriptor.of(P, I, P, I, L));
        this.tensorData = function("TF_TensorData", FunctionDescriptor.of(P, P));
        this.tensorBytes = function("TF_TensorByteSize", FunctionDescriptor.of(L, P));
        this.deleteTensor = function("TF_DeleteTensor", FunctionDescriptor.ofVoid(P));
        this.context = newContext();
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    private MemorySegment newContext() {
        MethodHandle newOptions = function("TFE_NewContextOptions", FunctionDescriptor.of(P));
        MethodHandle deleteOptions = function("TFE_DeleteContextOptions", FunctionDescriptor.ofVoid(P));
        MethodHandle create = function("TFE_NewContext", FunctionDescriptor.of(P, P, P));
        return calling("a context", status -> {
            MemorySegment options = (MemorySegment) newOptions.invokeExact();
            MemorySegment made = (MemorySegment) create.invokeExact(options, status);
            deleteOptions.invokeExact(options);
            return made;
        });
    }

    /** Something that a function gives and says through a status whether it could. */
    @FunctionalInterface
    private interface Call<T> {
        T with(MemorySegment status) throws Throwable;
    }

    private <T> T calling(String doing, Call<T> call) {
        try {
            MemorySegment status = (MemorySegment) newStatus.invokeExact();
            try {
                T result = call.with(status);
                int code = (int) statusCode.invokeExact(status);
                if (code != 0) {
                    MemorySegment text = (MemorySegment) statusMessage.invokeExact(status);
                    throw new Failure(
                            PjrtCode.of(code),
                            doing + ": " + text.reinterpret(Long.MAX_VALUE).getString(0));
                }
                return result;
            } finally {
                deleteStatus.invokeExact(status);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(doing + " failed", e);
        }
    }

    /**
     * Makes a function of a program.
     *
     * @param name that no other one of this process has
     */
    void define(String name, String program, Signature signature) {
        calling("making a function of a program", status -> {
            MemorySegment graph = (MemorySegment) newGraph.invokeExact();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment inputs = placeholders(graph, signature, arena, status);
                MemorySegment module = module(graph, program, signature, inputs, arena, status);
                int results = signature.results().size();
                MemorySegment outputs = arena.allocate(OUTPUT * Math.max(1, results), POINTER);
                for (int i = 0; i < results; i++) {
                    outputs.set(P, OUTPUT * i, module);
                    outputs.set(I, OUTPUT * i + POINTER, i);
                }
                MemorySegment function = (MemorySegment) graphToFunction.invokeExact(
                        graph,
                        arena.allocateFrom(name),
                        (byte) 0,
                        -1,
                        MemorySegment.NULL,
                        signature.arguments().size(),
                        inputs,
                        results,
                        outputs,
                        MemorySegment.NULL,
                        MemorySegment.NULL,
                        MemorySegment.NULL,
                        status);
                if ((int) statusCode.invokeExact(status) == 0) {
                    addFunction.invokeExact(context, function, status);
                    deleteFunction.invokeExact(function);
                }
                return null;
            } finally {
                deleteGraph.invokeExact(graph);
            }
        });
    }

    /** One per argument, as {@code TF_Output}s. */
    private MemorySegment placeholders(MemorySegment graph, Signature signature, Arena arena, MemorySegment status)
            throws Throwable {
        int count = signature.arguments().size();
        MemorySegment inputs = arena.allocate(OUTPUT * Math.max(1, count), POINTER);
        for (int i = 0; i < count; i++) {
            MemorySegment operation = (MemorySegment)
                    newOperation.invokeExact(graph, arena.allocateFrom("Placeholder"), arena.allocateFrom("a" + i));
            attrType.invokeExact(
                    operation,
                    arena.allocateFrom("dtype"),
                    number(signature.arguments().get(i).type()));
            inputs.set(P, OUTPUT * i, (MemorySegment) finishOperation.invokeExact(operation, status));
        }
        return inputs;
    }

    private MemorySegment module(
            MemorySegment graph,
            String program,
            Signature signature,
            MemorySegment inputs,
            Arena arena,
            MemorySegment status)
            throws Throwable {
        List<Signature.Type> results = signature.results();
        int count = results.size();
        MemorySegment types = arena.allocate(I, Math.max(1, count));
        MemorySegment shapes = arena.allocate(P, Math.max(1, count));
        MemorySegment ranks = arena.allocate(I, Math.max(1, count));
        for (int i = 0; i < count; i++) {
            long[] dims = results.get(i).dims();
            types.setAtIndex(I, i, number(results.get(i).type()));
            shapes.setAtIndex(P, i, dims(dims, arena));
            ranks.setAtIndex(I, i, dims.length);
        }
        MemorySegment operation = (MemorySegment)
                newOperation.invokeExact(graph, arena.allocateFrom("XlaCallModule"), arena.allocateFrom("module"));
        addInputList.invokeExact(operation, inputs, signature.arguments().size());
        attrInt.invokeExact(operation, arena.allocateFrom("version"), MODULE_VERSION);
        MemorySegment text = arena.allocateFrom(program);
        attrString.invokeExact(operation, arena.allocateFrom("module"), text, text.byteSize() - 1);
        attrTypeList.invokeExact(operation, arena.allocateFrom("Tout"), types, count);
        attrShapeList.invokeExact(operation, arena.allocateFrom("Sout"), shapes, ranks, count);
        MemorySegment platform = arena.allocateFrom("CPU");
        MemorySegment platforms = arena.allocate(P);
        platforms.set(P, 0, platform);
        attrStringList.invokeExact(
                operation,
                arena.allocateFrom("platforms"),
                platforms,
                arena.allocateFrom(L, platform.byteSize() - 1),
                1);
        return (MemorySegment) finishOperation.invokeExact(operation, status);
    }

    /** Runs a function on one row of arguments; the first time it is compiled. */
    List<HostArray> run(String name, Signature signature, List<HostArray> arguments) {
        int results = signature.results().size();
        return calling("running a program", status -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment op = (MemorySegment) newOp.invokeExact(context, arena.allocateFrom(name), status);
                if ((int) statusCode.invokeExact(status) != 0) {
                    return List.of();
                }
                try {
                    opAttrBool.invokeExact(op, arena.allocateFrom(COMPILE), (byte) 1);
                    for (HostArray argument : arguments) {
                        add(op, argument, arena, status);
                    }
                    MemorySegment handles = arena.allocate(P, Math.max(1, results));
                    MemorySegment count = arena.allocateFrom(I, results);
                    execute.invokeExact(op, handles, count, status);
                    if ((int) statusCode.invokeExact(status) != 0) {
                        return List.of();
                    }
                    HostArray[] arrays = new HostArray[results];
                    for (int i = 0; i < results; i++) {
                        MemorySegment handle = handles.getAtIndex(P, i);
                        arrays[i] = taken(handle, signature.results().get(i), status);
                        deleteTensorHandle.invokeExact(handle);
                    }
                    return List.of(arrays);
                } finally {
                    deleteOp.invokeExact(op);
                }
            }
        });
    }

    private void add(MemorySegment op, HostArray argument, Arena arena, MemorySegment status) throws Throwable {
        long bytes = argument.data().byteSize();
        MemorySegment tensor = (MemorySegment) allocateTensor.invokeExact(
                number(argument.type()), dims(argument.dims(), arena), argument.dims().length, bytes);
        MemorySegment data = (MemorySegment) tensorData.invokeExact(tensor);
        data.reinterpret(bytes).copyFrom(argument.data());
        MemorySegment handle = (MemorySegment) newTensorHandle.invokeExact(tensor, status);
        opAddInput.invokeExact(op, handle, status);
        deleteTensorHandle.invokeExact(handle);
        deleteTensor.invokeExact(tensor);
    }

    private HostArray taken(MemorySegment handle, Signature.Type type, MemorySegment status) throws Throwable {
        HostArray array = HostArray.zeros(type.type(), type.dims());
        MemorySegment tensor = (MemorySegment) resolve.invokeExact(handle, status);
        long bytes = (long) tensorBytes.invokeExact(tensor);
        if (bytes != array.data().byteSize()) {
            throw new Failure(PjrtCode.INTERNAL, "a result has " + bytes + " bytes, expected " + type);
        }
        MemorySegment data = (MemorySegment) tensorData.invokeExact(tensor);
        array.data().copyFrom(data.reinterpret(bytes));
        deleteTensor.invokeExact(tensor);
        return array;
    }

    private static MemorySegment dims(long[] dims, SegmentAllocator allocator) {
        return allocator.allocateFrom(L, dims.length == 0 ? new long[1] : dims);
    }

    /** The number that TensorFlow gives a type of elements. */
    private static int number(BufferType type) {
        return switch (type) {
            case F32 -> 1;
            case F64 -> 2;
            case S32 -> 3;
            case U8 -> 4;
            case S16 -> 5;
            case S8 -> 6;
            case S64 -> 9;
            case PRED -> 10;
            case BF16 -> 14;
            case U16 -> 17;
            case F16 -> 19;
            case U32 -> 22;
            case U64 -> 23;
        };
    }
}
