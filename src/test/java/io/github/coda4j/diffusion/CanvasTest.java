package io.github.coda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CanvasTest {
    private static final int MASK = 9;

    @Test
    void masks_are_counted_down_by_commits_and_a_committed_mask_stays_one() {
        Canvas canvas = Canvas.forCompletion(new int[] {1, MASK}, 2, MASK);
        assertThat(canvas.ids()).containsExactly(1, MASK, MASK, MASK);
        assertThat(canvas.maskedCount()).isEqualTo(3);
        canvas.commit(2, 7);
        canvas.commit(3, MASK);
        assertThat(canvas.ids(1, 4)).containsExactly(MASK, 7, MASK);
        assertThat(canvas.maskedPositions(0, 4)).containsExactly(1, 3);
        assertThat(canvas.maskedPositions(2, 3)).isEmpty();
        assertThat(canvas.maskedCount()).isEqualTo(2);
    }

    @Test
    void a_committed_token_can_be_taken_back_and_what_was_given_cannot() {
        Canvas canvas = new Canvas(new int[] {4, MASK, MASK}, MASK);
        canvas.commit(1, 7);
        canvas.remask(1);
        assertThat(canvas.ids()).containsExactly(4, MASK, MASK);
        assertThat(canvas.maskedCount()).isEqualTo(2);
        canvas.commit(1, 8);
        assertThat(canvas.ids()).containsExactly(4, 8, MASK);
        assertThat(canvas.isFree(1)).isTrue();
        assertThat(canvas.isFree(0)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> canvas.remask(0))
                .withMessage("position 0 was given as token 4: it cannot become a mask");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> canvas.remask(2))
                .withMessage("position 2 is a mask already");
    }

    @Test
    void an_empty_canvas_and_a_second_commit_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Canvas(new int[0], MASK))
                .withMessage("a canvas needs at least one token");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Canvas(new int[] {MASK, 4}, MASK).commit(1, 5))
                .withMessage("position 1 is already committed to token 4");
    }

    @Test
    void the_ids_are_its_own() {
        int[] ids = {MASK, 2};
        Canvas canvas = new Canvas(ids, MASK);
        ids[0] = 3;
        canvas.ids()[1] = 3;
        assertThat(canvas.ids()).containsExactly(MASK, 2);
    }
}
