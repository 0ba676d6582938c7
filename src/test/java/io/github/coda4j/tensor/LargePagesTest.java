package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargePagesTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 3 << 20, 8 << 20})
    void pieces_are_aligned_and_apart(long blockBytes) {
        try (LargePages pages = new LargePages(blockBytes)) {
            List<MemorySegment> pieces = new ArrayList<>();
            for (long size : new long[] {1, 64, 100, 5 << 20, 7, 3 << 20, 0, 9 << 20, 33}) {
                MemorySegment piece = pages.allocate(size);
                assertThat(piece.byteSize()).isEqualTo(size);
                assertThat(piece.address() % 64).isZero();
                pieces.add(piece.fill((byte) pieces.size()));
            }
            for (int i = 0; i < pieces.size(); i++) {
                MemorySegment piece = pieces.get(i);
                for (long at : new long[] {0, piece.byteSize() / 2, piece.byteSize() - 1}) {
                    if (at >= 0 && at < piece.byteSize()) {
                        assertThat(piece.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) i);
                    }
                }
            }
        }
    }

    @Test
    void what_was_dealt_out_ends_with_its_owner() {
        LargePages pages = new LargePages(8 << 20);
        MemorySegment piece = pages.allocate(16);
        pages.close();
        assertThatIllegalStateException().isThrownBy(() -> piece.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void sizes_that_mean_nothing_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LargePages(0));
        try (LargePages pages = new LargePages(1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> pages.allocate(-1));
        }
    }
}
