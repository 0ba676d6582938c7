package io.github.coda4j.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory of Linux on x86-64 that holds machine code: it is written first and made executable afterwards, never both at
 * once.
 */
@SuppressWarnings("restricted") // calls functions of the C library and gives memory a size
final class CodeMemory {
    // Of <sys/mman.h>.
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final long FAILED = -1;

    private CodeMemory() {}

    /**
     * Copies code to where it can be run, until the arena closes.
     *
     * @return nothing where the system gives no such memory: another one, or one that forbids it
     */
    static Optional<MemorySegment> of(byte[] code, Arena arena) {
        return Functions.FOUND.flatMap(functions -> functions.place(code, arena));
    }

    private record Functions(MethodHandle map, MethodHandle protect, MethodHandle unmap) {
        static final Optional<Functions> FOUND = System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64")
                ? find()
                : Optional.empty();

        private static Optional<Functions> find() {
            ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
            ValueLayout.OfInt number = ValueLayout.JAVA_INT;
            MemoryLayout pointer = ValueLayout.ADDRESS;
            Optional<MethodHandle> map =
                    function("mmap", FunctionDescriptor.of(size, pointer, size, number, number, number, size));
            Optional<MethodHandle> protect = function("mprotect", FunctionDescriptor.of(number, size, size, number));
            Optional<MethodHandle> unmap = function("munmap", FunctionDescriptor.of(number, size, size));
            return map.isEmpty() || protect.isEmpty() || unmap.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Functions(map.get(), protect.get(), unmap.get()));
        }

        private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup().find(name).map(symbol -> linker.downcallHandle(symbol, descriptor));
        }

        Optional<MemorySegment> place(byte[] code, Arena arena) {
            long bytes = code.length;
            try {
                long at = (long) map.invokeExact(MemorySegment.NULL, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0L);
                if (at == FAILED) {
                    return Optional.empty();
                }
                MemorySegment memory = MemorySegment.ofAddress(at).reinterpret(bytes, arena, _ -> unmap(at, bytes));
                MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
                int status = (int) protect.invokeExact(at, bytes, READ | EXECUTE);
                return status == 0 ? Optional.of(memory.asReadOnly()) : Optional.empty();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("memory for code cannot be had", e);
            }
        }

        private void unmap(long at, long bytes) {
            try {
                int unused = (int) unmap.invokeExact(at, bytes);
            } catch (Throwable e) {
                throw new IllegalStateException("memory of code cannot be given back", e);
            }
        }
    }
}
