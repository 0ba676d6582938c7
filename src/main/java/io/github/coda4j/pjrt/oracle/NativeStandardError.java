package io.github.coda4j.pjrt.oracle;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * What native code prints to the process's standard error, caught for a while: XLA says there, and nowhere else, where
 * a program is wrong.
 */
@SuppressWarnings("restricted") // calls functions of the C library
final class NativeStandardError {
    private static final int STANDARD_ERROR = 2;
    /** Of fcntl.h on Linux: write only, at the end. */
    private static final int WRITE_APPEND = 0x401;

    private NativeStandardError() {}

    /** What work gave, or threw, and what was printed meanwhile. */
    record Caught<T>(T result, RuntimeException thrown, String printed) {
        /** What the work gave. */
        T orThrow() {
            if (thrown != null) {
                throw thrown;
            }
            return result;
        }
    }

    /** Runs the work with standard error in a file. */
    static <T> Caught<T> during(Supplier<T> work) {
        Path file;
        try {
            file = Files.createTempFile("coda-oracle", ".txt");
        } catch (IOException e) {
            return caught(work);
        }
        try (Arena arena = Arena.ofConfined()) {
            int opened = call("open", arena.allocateFrom(file.toString()), WRITE_APPEND);
            int kept = call("dup", STANDARD_ERROR);
            if (opened < 0 || kept < 0) {
                return caught(work);
            }
            int unused = call("dup2", opened, STANDARD_ERROR);
            try {
                Caught<T> done = caught(work);
                byte[] printed = Files.readAllBytes(file);
                return new Caught<>(done.result(), done.thrown(), new String(printed, StandardCharsets.UTF_8));
            } finally {
                unused = call("dup2", kept, STANDARD_ERROR);
                unused = call("close", kept);
                unused = call("close", opened);
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new IllegalStateException("what was printed cannot be read", e);
        }
    }

    private static <T> Caught<T> caught(Supplier<T> work) {
        try {
            return new Caught<>(work.get(), null, "");
        } catch (RuntimeException e) {
            return new Caught<>(null, e, "");
        }
    }

    private static int call(String name, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
        }
        MethodHandle function = linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name + " cannot be called", e);
        }
    }
}
