package io.github.coda4j.pjrt;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who handles the signals that the JVM needs for itself: a null check of compiled code is a SIGSEGV that its handler
 * catches. Libraries with LLVM inside are known to take them over.
 *
 * @param addresses the handler of each signal by its name; empty where it cannot be known
 */
record SignalHandlers(Map<String, Long> addresses) {
    private static final Map<String, Integer> LINUX = Map.of("SIGSEGV", 11, "SIGBUS", 7, "SIGFPE", 8, "SIGILL", 4);
    /** More than {@code struct sigaction} has on any Linux; the handler comes first. */
    private static final int STRUCTURE = 256;

    /** What is in force now. */
    @SuppressWarnings("restricted") // calls a function of the C library
    static SignalHandlers now() {
        Map<String, Long> addresses = new LinkedHashMap<>();
        if (!System.getProperty("os.name").equals("Linux")) {
            return new SignalHandlers(addresses);
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle sigaction = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("sigaction"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(STRUCTURE, Long.BYTES);
            for (Map.Entry<String, Integer> signal : LINUX.entrySet()) {
                int status = (int) sigaction.invokeExact(signal.getValue().intValue(), MemorySegment.NULL, old);
                if (status == 0) {
                    addresses.put(signal.getKey(), old.get(ValueLayout.JAVA_LONG, 0));
                }
            }
            return new SignalHandlers(addresses);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("sigaction cannot be called", e);
        }
    }

    /** The signals that another one handles than before, by name in order. */
    List<String> changedSince(SignalHandlers before) {
        return addresses.keySet().stream()
                .filter(signal -> !addresses.get(signal).equals(before.addresses.get(signal)))
                .sorted()
                .toList();
    }
}
