package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Native memory in pages of 2 MiB where the system has them (Linux, unless its transparent large pages are switched
 * off): memory that is streamed through is read 2 to 3 % faster from them (docs/LOG.md). Dealt out in order from
 * blocks, and freed together; some freed blocks stay for the next one ({@link Libtorch#trimMemory} frees these too).
 * The content of what is dealt out is undefined.
 */
@SuppressWarnings("restricted") // calls functions of the C library
public final class LargePages implements AutoCloseable {
    private static final long PAGE = 2 << 20;
    private static final long ALIGNMENT = 64;
    /** MADV_HUGEPAGE of Linux. */
    private static final int ADVISE_LARGE = 14;

    private static final FreeBlocks FREE = new FreeBlocks();

    private final long blockBytes;
    private final Arena arena = Arena.ofShared();
    private MemorySegment block = MemorySegment.NULL;
    private long used;
    private final Closing closing = new Closing();

    /**
     * Nothing is allocated yet.
     *
     * @param blockBytes least size of a block. Of a block, only what is used takes memory, in whole large pages; blocks
     *     of less than two large pages have ordinary ones
     */
    public LargePages(long blockBytes) {
        check(blockBytes > 0, "a block needs at least one byte, got %d", blockBytes);
        this.blockBytes = blockBytes;
    }

    /** Memory that starts at a multiple of 64 bytes. May be called by several threads. */
    public synchronized MemorySegment allocate(long bytes) {
        check(bytes >= 0, "cannot allocate %d bytes", bytes);
        closing.checkOpen("memory in large pages");
        if (used + bytes > block.byteSize()) {
            block = newBlock(Math.max(bytes, blockBytes));
            used = 0;
        }
        MemorySegment memory = block.asSlice(used, bytes);
        used += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        return memory;
    }

    private MemorySegment newBlock(long bytes) {
        long whole = Math.ceilDiv(bytes, PAGE) * PAGE;
        if (bytes < 2 * PAGE || Functions.FOUND.isEmpty()) {
            return arena.allocate(bytes, ALIGNMENT);
        }
        MemorySegment memory = FREE.take(whole).orElseGet(() -> newPages(whole));
        return memory.reinterpret(memory.byteSize(), arena, LargePages::free);
    }

    private static MemorySegment newPages(long bytes) {
        MemorySegment memory = Functions.FOUND.orElseThrow().allocate(bytes);
        if (memory.equals(MemorySegment.NULL)) {
            throw new OutOfMemoryError("cannot allocate " + bytes + " bytes of native memory");
        }
        return memory.reinterpret(bytes);
    }

    /** Frees the blocks that are kept for the next one. */
    static void trim() {
        Functions.FOUND.ifPresent(system -> FREE.takeAll().forEach(system::free));
    }

    private static void free(MemorySegment block) {
        if (!FREE.keep(block)) {
            Functions.FOUND.orElseThrow().free(block);
        }
    }

    /** Frees all that was dealt out. */
    @Override
    public synchronized void close() {
        closing.once(arena::close);
    }

    /** The functions of the C library that are needed, on Linux. */
    private record Functions(MethodHandle allocate, MethodHandle advise, MethodHandle free) {
        static final Optional<Functions> FOUND = find();

        private static Optional<Functions> find() {
            if (!System.getProperty("os.name").equals("Linux")) {
                return Optional.empty();
            }
            Optional<MethodHandle> allocate = function(
                    "aligned_alloc",
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
            Optional<MethodHandle> advise = function(
                    "madvise",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
            Optional<MethodHandle> free = function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
            return allocate.isEmpty() || advise.isEmpty() || free.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Functions(allocate.get(), advise.get(), free.get()));
        }

        private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup().find(name).map(symbol -> linker.downcallHandle(symbol, descriptor));
        }

        MemorySegment allocate(long bytes) {
            try {
                MemorySegment memory = (MemorySegment) allocate.invokeExact(PAGE, bytes);
                if (!memory.equals(MemorySegment.NULL)) {
                    // Advice that is not taken does no harm.
                    int unused = (int) advise.invokeExact(memory, bytes, ADVISE_LARGE);
                }
                return memory;
            } catch (Throwable e) {
                throw new IllegalStateException("aligned_alloc failed", e);
            }
        }

        void free(MemorySegment memory) {
            try {
                free.invokeExact(memory);
            } catch (Throwable e) {
                throw new IllegalStateException("free failed", e);
            }
        }
    }
}
