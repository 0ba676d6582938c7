package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.diffusion.Canvas;
import java.util.List;
import org.junit.jupiter.api.Test;

class CanvasShapeTest {
    private static final int MOST = 4096;
    private static final int HUGE = Integer.MAX_VALUE;
    private static final DecodeOptions PLAIN = DecodeOptions.ofSteps(4);

    @Test
    void a_canvas_has_the_lengths_of_its_runs_of_masks() {
        assertThat(CanvasShape.of(new Canvas(new int[] {0, 0, 5, 0, 6, 0, 0}, 0)))
                .isEqualTo(new CanvasShape(2, List.of(2, 1, 2), true));
        assertThat(CanvasShape.of(new Canvas(new int[] {5, 0, 6}, 0))).isEqualTo(new CanvasShape(2, List.of(1), false));
        assertThat(CanvasShape.of(new Canvas(new int[] {5}, 0))).isEqualTo(new CanvasShape(1, List.of(), false));
    }

    @Test
    void lengths_are_added_up_beyond_32_bits() {
        CanvasShape shape = new CanvasShape(HUGE, List.of(HUGE, HUGE), false);
        assertThat(shape.newTokens()).isEqualTo(2L * HUGE);
        assertThat(shape.length()).isEqualTo(3L * HUGE);
        assertThatThrownBy(() -> shape.checkLength(MOST))
                .hasMessage("4294967294 tokens are to be generated: the model takes at most 4096, the prompt included;"
                        + " ask for fewer");
        assertThatThrownBy(() -> new CanvasShape(HUGE, List.of(1), true).checkLength(MOST))
                .hasMessage("the prompt has 2147483647 tokens and 1 are to be generated, together 2147483648: the model"
                        + " takes at most 4096; shorten one of them");
    }

    @Test
    void the_longest_canvas_fits_and_one_token_more_does_not() {
        CanvasShape.ofCompletion(96, 4000).checkLength(MOST);
        assertThatThrownBy(() -> CanvasShape.ofCompletion(97, 4000).checkLength(MOST))
                .isInstanceOf(WrongValueException.class)
                .hasMessageContaining("together 4097");
        CanvasShape.ofCompletion(0, MOST).checkLength(MOST);
        assertThatThrownBy(() -> CanvasShape.ofCompletion(0, MOST + 1).checkLength(MOST))
                .hasMessageContaining("4097 tokens are to be generated");
    }

    @Test
    void more_steps_than_the_model_takes_tokens_are_refused_where_steps_count() {
        CanvasShape shape = CanvasShape.ofCompletion(1, 3);
        shape.checkDecodable(DecodeOptions.ofSteps(MOST), MOST);
        refused(shape, DecodeOptions.ofSteps(MOST + 1), CanvasShape.STEPS, "4097 steps are more than the 4096 tokens");
        refused(shape, DecodeOptions.ofSteps(HUGE), CanvasShape.STEPS, "2147483647 steps are more");
        DecodeOptions threshold = DecodeOptions.ofSteps(HUGE).withCommit(new ConfidenceThreshold(0.9));
        refused(shape, threshold, CanvasShape.STEPS, "2147483647 steps are more");
        shape.checkDecodable(threshold.withBlocks(3, CachePolicy.NONE), MOST);
    }

    @Test
    void blocks_of_any_length_serve_holes_and_only_divisors_a_completion() {
        CanvasShape holes = new CanvasShape(2, List.of(3, 4), false);
        holes.checkDecodable(PLAIN.withBlocks(HUGE, CachePolicy.of("dual")), MOST);
        assertThat(holes.numBlocks(HUGE)).isEqualTo(2);
        assertThat(holes.numBlocks(2)).isEqualTo(4);
        CanvasShape completion = CanvasShape.ofCompletion(2, 3);
        refused(
                completion,
                PLAIN.withBlocks(2, CachePolicy.NONE),
                CanvasShape.BLOCK_LENGTH,
                "3 new tokens do not divide into blocks of 2: use 2 or 4 new tokens or a block length that divides 3");
        refused(
                completion,
                PLAIN.withBlocks(HUGE, CachePolicy.NONE),
                CanvasShape.BLOCK_LENGTH,
                "3 new tokens do not divide into blocks of 2147483647: use a block length that divides 3");
    }

    @Test
    void steps_are_shared_by_the_blocks_of_all_holes() {
        CanvasShape holes = new CanvasShape(0, List.of(3, 4), true);
        holes.checkDecodable(DecodeOptions.ofSteps(5).withBlocks(2, CachePolicy.NONE), MOST);
        refused(
                holes,
                DecodeOptions.ofSteps(3).withBlocks(2, CachePolicy.NONE),
                CanvasShape.STEPS,
                "3 steps do not divide over 4 blocks: use 4 steps");
        refused(
                CanvasShape.ofCompletion(0, 8),
                DecodeOptions.ofSteps(6).withBlocks(2, CachePolicy.NONE),
                CanvasShape.STEPS,
                "6 steps do not divide over 4 blocks: use 4 or 8 steps");
    }

    @Test
    void impossible_lengths_are_refused() {
        assertThatThrownBy(() -> new CanvasShape(-1, List.of(1), true)).hasMessageContaining("got -1");
        assertThatThrownBy(() -> new CanvasShape(1, List.of(0), true))
                .hasMessage("a hole needs at least 1 token, got 0");
        assertThatThrownBy(() -> new CanvasShape(1, List.of(), true)).hasMessageContaining("has a hole at its end");
    }

    private static void refused(CanvasShape shape, DecodeOptions options, String parameter, String message) {
        assertThatThrownBy(() -> shape.checkDecodable(options, MOST))
                .isInstanceOfSatisfying(
                        WrongValueException.class,
                        e -> assertThat(e.parameter()).isEqualTo(parameter))
                .hasMessageContaining(message);
    }
}
