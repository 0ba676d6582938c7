package io.github.coda4j.pjrt.oracle;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's heap. Arrays come and go by the hundred with every step, on several threads: an arena that is shared
 * would stop all threads for each of them.
 */
@SuppressWarnings("restricted") // calls functions of the C library and gives memory a size
final class NativeHeap {
    private static final long ALIGNMENT = 64;
    private static final MethodHandle ALLOCATE = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("aligned_alloc"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("free"),
                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private NativeHeap() {}

    /** So many bytes that are zero, 64 bytes aligned. */
    static MemorySegment zeros(long bytes) {
        long whole = Math.ceilDiv(Math.max(1, bytes), ALIGNMENT) * ALIGNMENT;
        try {
            MemorySegment memory = (MemorySegment) ALLOCATE.invokeExact(ALIGNMENT, whole);
            if (memory.equals(MemorySegment.NULL)) {
                throw new OutOfMemoryError("no native memory for " + whole + " bytes");
            }
            return memory.reinterpret(bytes).fill((byte) 0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("aligned_alloc cannot be called", e);
        }
    }

    /** Gives memory back that {@link #zeros} gave; once. */
    static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("free cannot be called", e);
        }
    }
}
