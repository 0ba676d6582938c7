package io.github.coda4j.decode.commit;

import static io.github.coda4j.decode.commit.Blocks.block;
import static io.github.coda4j.decode.commit.Blocks.probable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Block;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class PriorTest {
    @Test
    void a_left_bias_gives_the_left_of_two_the_ratio_that_it_says() {
        BlockContext block = block(2000, new BitSet());
        Prior prior = new LeftBias(0.5, 1).prior(block);
        assertThat(prior.weight(7) / prior.weight(9)).isCloseTo(Math.E, within(1e-12));
        Selector selector = new LeftBias(0.5, 1).selector(block);
        assertThat(selector.chosen(0, probable(3, 0.1, 0.16))).containsExactly(0);
        assertThat(selector.chosen(0, probable(3, 0.1, 0.17))).containsExactly(1);
        assertThat(new LeftBias(0, 2).selector(block).chosen(0, probable(3, 0.2, 0.3, 0.25)))
                .containsExactly(1, 2);
    }

    @Test
    void far_from_the_start_of_the_canvas_a_left_bias_still_tells_neighbors_apart() {
        BitSet known = new BitSet();
        known.set(0, 1990);
        assertThat(new LeftBias(2, 1).selector(block(2000, known)).chosen(0, probable(1990, 0.1, 0.2)))
                .containsExactly(0);
    }

    @Test
    void a_density_sees_text_on_both_sides_of_a_hole_and_none_behind_a_completion() {
        CertaintyDensity density = new CertaintyDensity(2, 1);
        Prior hole = density.prior(inside(6, 12, 30));
        assertThat(hole.weight(6)).isEqualTo(hole.weight(11));
        assertThat(hole.weight(6)).isGreaterThan(hole.weight(8));
        Prior completion = density.prior(inside(6, 12, 12));
        assertThat(completion.weight(6)).isGreaterThan(2 * completion.weight(11));
    }

    /** A hole of a canvas that is text elsewhere. */
    private static BlockContext inside(int start, int end, int length) {
        return new BlockContext(
                new Block(start, end),
                true,
                1,
                0,
                end - start,
                0,
                () -> length,
                position -> position >= start && position < end,
                Draws.seeded(0));
    }
}
