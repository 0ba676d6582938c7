package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheLinesTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 255, 256, 257, 4096, 5000})
    void stays_within_what_it_may_read(long count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(count + 3);
            assertThatCode(() -> CacheLines.read(memory, 3, count)).doesNotThrowAnyException();
        }
    }

    @Test
    void memory_that_is_too_small_is_not_read() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1000);
            assertThatThrownBy(() -> CacheLines.read(memory, 0, 4096)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
