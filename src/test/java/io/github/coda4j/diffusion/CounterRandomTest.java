package io.github.coda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The Java library's SplittableRandom is SplitMix64 too: its first number is the finalizer of seed + gamma. */
class CounterRandomTest {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final long[] NUMBERS = {0, 1, 2, 17, -1, Long.MIN_VALUE, 0x123456789ABCDEFL};

    @Test
    void keys_are_split_mix_numbers_chained_over_parent_and_counter() {
        for (long parent : NUMBERS) {
            for (long counter : NUMBERS) {
                long mixed = firstOf(parent);
                assertThat(CounterRandom.key(parent, counter))
                        .as("parent %d, counter %d", parent, counter)
                        .isEqualTo(firstOf((mixed ^ ((counter + 1) * GAMMA)) - GAMMA));
            }
        }
    }

    @Test
    void a_uniform_draw_has_the_upper_53_bits_of_its_key() {
        for (long counter : NUMBERS) {
            double expected = Math.scalb((double) (CounterRandom.key(42, counter) >>> 11), -53);
            assertThat(CounterRandom.uniform(42, counter)).isEqualTo(expected).isBetween(0.0, Math.nextDown(1.0));
        }
    }

    private static long firstOf(long seed) {
        return new SplittableRandom(seed).nextLong();
    }
}
