package io.github.coda4j.tensor.ranks;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.global.torch;

/**
 * What libtorch itself prints to standard error. It reports every closed connection with a page of native stack frames;
 * what matters of that comes as an exception too. The variable TORCH_CPP_LOG_LEVEL (INFO, WARNING, ERROR, FATAL) wins,
 * as it does in Python.
 */
@SuppressWarnings("restricted") // calls a function of the C library
final class NativeLog {
    private NativeLog() {}

    /** Only what ends the process is printed from now on. */
    static void quiet() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("setenv").ifPresent(symbol -> {
            FunctionDescriptor descriptor = FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
            try (Arena arena = Arena.ofConfined()) {
                int unused = (int) linker.downcallHandle(symbol, descriptor)
                        .invokeExact(arena.allocateFrom("TORCH_CPP_LOG_LEVEL"), arena.allocateFrom("FATAL"), 0);
            } catch (Throwable e) {
                throw new IllegalStateException("setenv failed", e);
            }
        });
        torch.initLogging();
    }
}
