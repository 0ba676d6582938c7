package io.github.coda4j.tensor.products;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MemoryBandwidthTest {
    /** Between the slowest memory of this century and the fastest that is built: units are not off by a thousand. */
    @Test
    void memory_is_read_at_some_gigabytes_a_second() {
        assertThat(MemoryBandwidth.measure(2, 2)).isBetween(2e8, 2e13);
    }

    @Test
    void nothing_is_measured_without_threads_or_rounds() {
        assertThatThrownBy(() -> MemoryBandwidth.measure(0, 1)).hasMessage("threads must be positive, got 0");
        assertThatThrownBy(() -> MemoryBandwidth.measure(1, 0)).hasMessage("rounds must be positive, got 0");
    }
}
