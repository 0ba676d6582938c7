package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FreeBlocksTest {
    private static final long MB = 1 << 20;

    private final FreeBlocks free = new FreeBlocks();
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void a_block_is_dealt_out_again_to_who_needs_about_its_size() {
        MemorySegment small = block(4 * MB);
        MemorySegment large = block(20 * MB);
        assertThat(free.keep(small)).isTrue();
        assertThat(free.keep(large)).isTrue();
        assertThat(free.bytes()).isEqualTo(24 * MB);
        assertThat(free.take(6 * MB)).as("twenty are too many").isEmpty();
        assertThat(free.take(21 * MB)).isEmpty();
        assertThat(free.take(16 * MB)).contains(large);
        assertThat(free.take(16 * MB)).as("it is taken").isEmpty();
        assertThat(free.take(4 * MB)).contains(small);
        assertThat(free.bytes()).isZero();
    }

    @Test
    void not_more_is_kept_than_the_limits() {
        assertThat(free.keep(address(FreeBlocks.LARGEST_BYTES + 1))).isFalse();
        for (long kept = 0; kept < FreeBlocks.MOST_BYTES; kept += FreeBlocks.LARGEST_BYTES) {
            assertThat(free.keep(address(FreeBlocks.LARGEST_BYTES))).isTrue();
        }
        assertThat(free.keep(address(MB))).isFalse();
        assertThat(free.bytes()).isEqualTo(FreeBlocks.MOST_BYTES);
        free.take(FreeBlocks.LARGEST_BYTES);
        assertThat(free.keep(address(MB))).isTrue();
    }

    @Test
    void all_that_is_kept_is_given_up_at_once() {
        MemorySegment first = block(4 * MB);
        MemorySegment second = block(4 * MB);
        MemorySegment large = block(6 * MB);
        assertThat(free.takeAll()).isEmpty();
        for (MemorySegment block : new MemorySegment[] {first, large, second}) {
            free.keep(block);
        }
        assertThat(free.takeAll()).containsExactlyInAnyOrder(first, second, large);
        assertThat(free.bytes()).isZero();
        assertThat(free.take(4 * MB)).isEmpty();
    }

    @Test
    void large_pages_of_one_are_those_of_the_next() {
        long bytes = 18 * MB + 12_345;
        long address;
        try (LargePages pages = new LargePages(bytes)) {
            address = pages.allocate(bytes).address();
        }
        try (LargePages first = new LargePages(bytes);
                LargePages second = new LargePages(bytes)) {
            MemorySegment again = first.allocate(bytes);
            MemorySegment other = second.allocate(bytes);
            assertThat(other.address()).isNotEqualTo(again.address());
            if (System.getProperty("os.name").equals("Linux")) {
                assertThat(address).isIn(again.address(), other.address());
            }
            again.fill((byte) 1);
            other.fill((byte) 2);
            assertThat(again.get(java.lang.foreign.ValueLayout.JAVA_BYTE, bytes - 1))
                    .isEqualTo((byte) 1);
        }
    }

    private MemorySegment block(long bytes) {
        return arena.allocate(bytes);
    }

    /** Nothing is there. */
    @SuppressWarnings("restricted") // never read
    private static MemorySegment address(long bytes) {
        return MemorySegment.ofAddress(1 << 21).reinterpret(bytes);
    }
}
