package io.github.coda4j.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The number of threads of libtorch's BLAS: OpenBLAS's of the bundled libtorch, MKL's of an installed one. JavaCPP's
 * own {@code blas_set_num_threads} searches for these functions whenever it is called, which takes half a millisecond:
 * as long as a short step of a small model.
 */
@SuppressWarnings("restricted") // calls functions of native libraries
final class BlasThreads {
    private static final FunctionDescriptor OF_ALL = FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT);
    /** MKL's, which gives the number from before. */
    private static final FunctionDescriptor OF_THREAD =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    private BlasThreads() {}

    /** Sets it in each BLAS that is loaded. Libtorch must be. */
    static void set(int threads) {
        for (MethodHandle setter : Setters.FOUND) {
            try {
                setter.invoke(threads);
            } catch (Throwable e) {
                throw new IllegalStateException("the BLAS does not take " + threads + " threads", e);
            }
        }
    }

    private static final class Setters {
        static final MethodHandle[] FOUND = find();

        private static MethodHandle[] find() {
            Loader.load(openblas_nolapack.class);
            return Stream.of(
                            function("openblas_set_num_threads", OF_ALL),
                            function("MKL_Set_Num_Threads", OF_ALL),
                            function("MKL_Set_Num_Threads_Local", OF_THREAD))
                    .flatMap(Optional::stream)
                    .toArray(MethodHandle[]::new);
        }

        private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
            Pointer address = Loader.addressof(name);
            return Optional.ofNullable(address)
                    .map(symbol -> Linker.nativeLinker()
                            .downcallHandle(MemorySegment.ofAddress(symbol.address()), descriptor));
        }
    }
}
