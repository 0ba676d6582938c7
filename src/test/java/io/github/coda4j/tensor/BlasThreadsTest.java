package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("restricted") // asks the native library
class BlasThreadsTest {
    private int before;

    @BeforeEach
    void ask() throws Throwable {
        Libtorch.load();
        Libtorch.setBlasThreads(1); // loads it
        before = threads();
    }

    @AfterEach
    void putBack() {
        Libtorch.setBlasThreads(before);
    }

    @Test
    void the_blas_takes_the_number() throws Throwable {
        for (int threads = 1; threads <= Math.min(2, Runtime.getRuntime().availableProcessors()); threads++) {
            Libtorch.setBlasThreads(threads);
            assertThat(threads()).isEqualTo(threads);
        }
    }

    /** Every forward sets it. */
    @Test
    void setting_it_costs_next_to_nothing() {
        double ours = nanos(() -> Libtorch.setBlasThreads(1));
        double searching = nanos(() -> openblas_nolapack.blas_set_num_threads(1));
        assertThat(ours).isLessThan(searching / 5);
    }

    private static double nanos(Runnable call) {
        for (int i = 0; i < 20; i++) {
            call.run();
        }
        long begin = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            call.run();
        }
        return (System.nanoTime() - begin) / 200.0;
    }

    private static int threads() throws Throwable {
        MethodHandle get = Linker.nativeLinker()
                .downcallHandle(
                        MemorySegment.ofAddress(
                                Loader.addressof("openblas_get_num_threads").address()),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT));
        return (int) get.invoke();
    }
}
