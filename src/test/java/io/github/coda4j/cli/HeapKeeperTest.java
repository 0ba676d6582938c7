package io.github.coda4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapKeeperTest {
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger collections = new AtomicInteger();

    private HeapKeeper keeper(long live) {
        return new HeapKeeper(used::get, () -> {
            collections.incrementAndGet();
            used.set(live);
        });
    }

    @Test
    void what_is_little_is_left_alone() {
        try (HeapKeeper keeper = keeper(1)) {
            used.set(HeapKeeper.LEAST);
            keeper.look();
            assertThat(collections).hasValue(0);
            used.set(HeapKeeper.LEAST + 1);
            keeper.look();
            assertThat(collections).hasValue(1);
        }
    }

    @Test
    void garbage_is_collected_at_twice_what_was_left() {
        long live = HeapKeeper.LEAST;
        try (HeapKeeper keeper = keeper(live)) {
            used.set(live + 1);
            keeper.look();
            assertThat(collections).hasValue(1);
            for (int i = 0; i < 3; i++) {
                used.set(2 * live);
                keeper.look();
                assertThat(collections).as("no more than twice what was left").hasValue(1 + i);
                used.set(2 * live + 1);
                keeper.look();
                assertThat(collections).hasValue(2 + i);
            }
        }
    }

    @Test
    void what_has_become_small_again_may_not_grow_as_large_as_it_was() {
        AtomicLong live = new AtomicLong(4 * HeapKeeper.LEAST);
        HeapKeeper keeper = new HeapKeeper(used::get, () -> {
            collections.incrementAndGet();
            used.set(live.get());
        });
        try (keeper) {
            used.set(5 * HeapKeeper.LEAST);
            keeper.look();
            live.set(1);
            used.set(8 * HeapKeeper.LEAST + 1);
            keeper.look();
            assertThat(collections).hasValue(2);
            used.set(HeapKeeper.LEAST);
            keeper.look();
            assertThat(collections).as("little").hasValue(2);
            used.set(HeapKeeper.LEAST + 1);
            keeper.look();
            assertThat(collections).hasValue(3);
        }
    }
}
