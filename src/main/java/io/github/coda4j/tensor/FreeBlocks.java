package io.github.coda4j.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Large blocks of memory that are free and stay for the next one who needs one. The C heap keeps freed blocks too, but
 * one that has to begin at a large page's border needs more room than it had, so that each is new memory, cleared page
 * by page, and the heap grows (docs/LOG.md).
 */
final class FreeBlocks {
    /** So much is kept together. */
    static final long MOST_BYTES = 256L << 20;

    /** Larger blocks are not kept. */
    static final long LARGEST_BYTES = 64L << 20;

    private final TreeMap<Long, Deque<MemorySegment>> bySize = new TreeMap<>();
    private long bytes;

    /** A kept block of at least so many bytes, and not a quarter more, if there is one. It is the caller's. */
    synchronized Optional<MemorySegment> take(long least) {
        Map.Entry<Long, Deque<MemorySegment>> found = bySize.ceilingEntry(least);
        if (found == null || found.getKey() > least + least / 4) {
            return Optional.empty();
        }
        MemorySegment block = found.getValue().pop();
        if (found.getValue().isEmpty()) {
            bySize.remove(found.getKey());
        }
        bytes -= block.byteSize();
        return Optional.of(block);
    }

    /** Keeps a block that nobody uses any more; false where it is the caller's to free. */
    synchronized boolean keep(MemorySegment block) {
        long size = block.byteSize();
        if (size > LARGEST_BYTES || bytes + size > MOST_BYTES) {
            return false;
        }
        bySize.computeIfAbsent(size, _ -> new ArrayDeque<>()).push(block);
        bytes += size;
        return true;
    }

    /** Gives up all that is kept; it is the caller's to free. */
    synchronized List<MemorySegment> takeAll() {
        List<MemorySegment> all =
                bySize.values().stream().flatMap(Collection::stream).toList();
        bySize.clear();
        bytes = 0;
        return all;
    }

    /** Bytes of all that is kept. */
    synchronized long bytes() {
        return bytes;
    }
}
