package io.github.coda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AlignmentTest {
    @Test
    void shifted_the_row_before_proposes_and_the_first_row_that_is_run_its_own_position_too() {
        assertThat(Alignment.SHIFTED.row(7, 0)).isEqualTo(6);
        assertThat(Alignment.SHIFTED.row(7, 6)).isEqualTo(6);
        assertThat(Alignment.SHIFTED.row(7, 7)).isEqualTo(7);
        assertThat(Alignment.SHIFTED.row(0, 0)).isZero();
    }

    @Test
    void in_place_every_row_proposes_its_own_position() {
        assertThat(Alignment.IN_PLACE.row(7, 0)).isEqualTo(7);
        assertThat(Alignment.IN_PLACE.row(7, 7)).isEqualTo(7);
        assertThat(Alignment.IN_PLACE.row(0, 0)).isZero();
    }

    @Test
    void a_cached_block_starts_where_the_row_stands_that_proposes_its_first_token() {
        assertThat(Alignment.SHIFTED.firstRow(32)).isEqualTo(31);
        assertThat(Alignment.SHIFTED.firstRow(0)).isZero();
        assertThat(Alignment.IN_PLACE.firstRow(32)).isEqualTo(32);
        assertThat(Alignment.IN_PLACE.firstRow(0)).isZero();
    }

    @Test
    void only_in_place_a_document_predicts_its_first_position() {
        assertThat(Alignment.SHIFTED.predictsFirst()).isFalse();
        assertThat(Alignment.IN_PLACE.predictsFirst()).isTrue();
    }

    @Test
    void names_are_read_back_and_others_refused_with_the_list() {
        for (Alignment alignment : Alignment.values()) {
            assertThat(Alignment.parse(alignment.toString())).isEqualTo(alignment);
        }
        assertThat(Alignment.IN_PLACE).hasToString("in_place");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alignment.parse("left"))
                .withMessage("unknown alignment \"left\"; known: shifted, in_place");
    }
}
