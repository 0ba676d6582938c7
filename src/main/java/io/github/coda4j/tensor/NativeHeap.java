package io.github.coda4j.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C heap that libtorch allocates from. By default glibc returns every large block to the system and fetches it
 * again, cleared page by page, at the next product: a tenth of a 1024-token step. Here freed blocks stay for the next
 * step. On other C libraries nothing is changed.
 */
@SuppressWarnings("restricted") // calls two functions of the C library
final class NativeHeap {
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int M_ARENA_MAX = -8;
    /** The largest value that glibc takes. */
    private static final int MMAP_THRESHOLD = 32 << 20;

    private static final int TRIM_THRESHOLD = 1 << 30;

    private NativeHeap() {}

    /** Lets all threads share one heap that keeps what is freed. */
    static void keepFreedBlocks() {
        function("mallopt", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT).ifPresent(mallopt -> {
            set(mallopt, M_ARENA_MAX, 1);
            set(mallopt, M_MMAP_THRESHOLD, MMAP_THRESHOLD);
            set(mallopt, M_TRIM_THRESHOLD, TRIM_THRESHOLD);
        });
    }

    /** Gives what is free now back to the system: after loading, which needs large blocks only once. */
    static void trim() {
        function("malloc_trim", ValueLayout.JAVA_LONG).ifPresent(trim -> {
            try {
                int unused = (int) trim.invokeExact(0L);
            } catch (Throwable e) {
                throw new IllegalStateException("malloc_trim failed", e);
            }
        });
    }

    private static void set(MethodHandle mallopt, int parameter, int value) {
        try {
            int unused = (int) mallopt.invokeExact(parameter, value);
        } catch (Throwable e) {
            throw new IllegalStateException("mallopt failed", e);
        }
    }

    private static Optional<MethodHandle> function(String name, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(name)
                .map(symbol -> linker.downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments)));
    }
}
