package io.github.coda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class MaskedBatchTest {
    private static final int[][] IDS = {{7, 8, 9}, {7, 8, 9}};
    private static final int[][] TARGETS = {{-1, 8, 9}, {-1, -1, 9}};

    @Test
    void a_position_weighs_what_its_row_does_times_its_factor() {
        MaskedBatch batch = new MaskedBatch(
                IDS, TARGETS, new int[2][3], new float[] {2, 3}, new float[][] {{1, 0.5f, 0.25f}, MaskedBatch.EVEN});
        assertThat(batch.weight(0, 1)).isEqualTo(1);
        assertThat(batch.weight(0, 2)).isEqualTo(0.5f);
        assertThat(batch.weight(1, 2)).isEqualTo(3);
        assertThat(batch.rows(1, 2).weight(0, 2)).isEqualTo(3);
        assertThat(batch.rows(0, 1).weight(0, 2)).isEqualTo(0.5f);
        assertThat(batch.rows(0, 1).numTargets()).isEqualTo(2);
    }

    @Test
    void factors_that_do_not_fit_are_refused() {
        refused(new float[][] {MaskedBatch.EVEN}, "as many targets, segments, weights and factors, got 2, 2, 2 and 1");
        refused(
                new float[][] {{1, 1}, MaskedBatch.EVEN},
                "row 0 must have a factor for each of its 3 positions or none, got 2");
        refused(
                new float[][] {MaskedBatch.EVEN, {1, 0, 1}},
                "the factor of position 1 of row 1 must be positive, got 0.0: what adds nothing has no target");
        refused(new float[][] {MaskedBatch.EVEN, {1, 1, Float.NaN}}, "the factor of position 2 of row 1");
    }

    private static void refused(float[][] factors, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MaskedBatch(IDS, TARGETS, new int[2][3], new float[] {2, 3}, factors))
                .withMessageContaining(message);
    }
}
