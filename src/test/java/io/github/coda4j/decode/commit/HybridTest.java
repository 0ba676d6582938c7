package io.github.coda4j.decode.commit;

import static io.github.coda4j.decode.commit.Blocks.probable;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HybridTest {
    private final Hybrid hybrid = new Hybrid(2, 0.6, 0.9);

    @Test
    void takes_the_next_ones_from_the_left_while_they_are_likely_and_the_sure_ones_anywhere() {
        assertThat(hybrid.chosen(probable(3, 0.7, 0.61, 0.8, 0.95, 0.5))).containsExactly(0, 1, 3);
    }

    @Test
    void the_first_unlikely_one_ends_the_way_from_the_left() {
        assertThat(hybrid.chosen(probable(3, 0.7, 0.5, 0.8, 0.91))).containsExactly(0, 3);
        assertThat(hybrid.chosen(probable(3, 0.5, 0.8, 0.91))).containsExactly(2);
    }

    @Test
    void goes_one_to_the_right_where_nothing_is_likely() {
        assertThat(hybrid.chosen(probable(3, 0.1, 0.5, 0.4))).containsExactly(0);
    }
}
