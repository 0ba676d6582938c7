package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.masking.Noised;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.testkit.ToySequences;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class PeakUseTest {
    private static final ModelConfig SHAPE = ModelConfig.preset("coda-tiny");

    @Test
    void the_share_of_the_peak_is_operations_per_second_over_the_peak() {
        StepBatch batch = batch(2, 32);
        // 6 per parameter and token, 12 per layer, attention width and pair of positions
        double operations = 6.0 * 1000 * 64 + 12.0 * 2 * 32 * 32 * SHAPE.heads() * SHAPE.headDim() * SHAPE.layers();
        PeakUse costs = new PeakUse(SHAPE, 1000, OptionalDouble.of(operations * 10));
        assertThat(costs.operations(batch)).isCloseTo(operations, within(1e-9 * operations));
        assertThat(costs.peakShare(batch, 1_000_000_000L).orElseThrow()).isCloseTo(0.1, within(1e-12));
        assertThat(costs.peakShare(batch, 250_000_000L).orElseThrow()).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void without_a_peak_there_is_no_share() {
        assertThat(new PeakUse(SHAPE, 1000, OptionalDouble.empty()).peakShare(batch(1, 8), 1))
                .isEmpty();
    }

    private static StepBatch batch(int rows, int length) {
        int[][] ids = new int[rows][length];
        boolean[][] maskable = new boolean[rows][length];
        for (int b = 0; b < rows; b++) {
            Arrays.fill(ids[b], 7);
            Arrays.fill(maskable[b], true);
        }
        PackedBatch packed = new PackedBatch(ids, new int[rows][length], maskable);
        Noised noised = ToySequences.mask(packed, 1, 0, 0);
        return new StepBatch(0, 0, packed, noised.batch(), noised.applied());
    }
}
