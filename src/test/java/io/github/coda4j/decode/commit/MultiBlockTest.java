package io.github.coda4j.decode.commit;

import static io.github.coda4j.decode.commit.Blocks.block;
import static io.github.coda4j.decode.commit.Blocks.uncertain;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class MultiBlockTest {
    /** Position 4 is given: spans are 0-1, 2-3, 5-6, 7. */
    private final BitSet known = BitSet.valueOf(new long[] {1 << 4});

    private final Selector selector = new MultiBlock(2, 0.5, 1, 0.45).selector(block(8, known));

    @Test
    void the_next_span_opens_when_the_last_one_is_begun_and_text_between_ends_a_span() {
        assertThat(selector.wanted(0, new int[] {0, 1, 2, 3, 5, 6, 7})).containsExactly(0, 1);
        known.set(0);
        assertThat(selector.wanted(1, new int[] {1, 2, 3, 5, 6, 7})).containsExactly(1, 2, 3);
        known.set(3);
        assertThat(selector.wanted(2, new int[] {1, 2, 5, 6, 7})).containsExactly(1, 2, 5, 6);
    }

    @Test
    void a_span_commits_what_is_certain_and_only_the_first_unfinished_one_has_to() {
        assertThat(selector.chosen(0, uncertain(new int[] {0, 1}, 2, 1))).containsExactly(1);
        known.set(1);
        assertThat(selector.chosen(1, uncertain(new int[] {0, 2, 3}, 2, 0.4, 0.1)))
                .containsExactly(0, 1, 2);
        assertThat(selector.chosen(1, uncertain(new int[] {0, 2, 3}, 2, 0.46, 0.5)))
                .containsExactly(0);
        known.set(0);
        assertThat(selector.chosen(2, uncertain(new int[] {2, 3}, 2, 1))).containsExactly(1);
    }
}
