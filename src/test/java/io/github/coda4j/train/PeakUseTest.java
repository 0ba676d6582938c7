package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.masking.Noised;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.testkit.ToySequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PeakUseTest {
    private static final ModelConfig SHAPE = ModelConfig.preset("coda-tiny");

    private final List<String> raised = new ArrayList<>();

    private PeakUse compared(double... measured) {
        PrimitiveIterator.OfDouble next = DoubleStream.of(measured).iterator();
        return PeakUse.compared(SHAPE, false, next::nextDouble, (before, now) -> raised.add(before + " to " + now));
    }

    @Test
    void the_share_of_the_peak_is_operations_per_second_over_the_peak() {
        PeakUse costs = compared(1e6);
        assertThat(costs.share(1e5, 1_000_000_000L).orElseThrow()).isCloseTo(0.1, within(1e-12));
        assertThat(costs.share(1e5, 250_000_000L).orElseThrow()).isCloseTo(0.4, within(1e-12));
        assertThat(costs.isBeaten()).isFalse();
    }

    @Test
    void operations_are_counted_by_the_usual_count() {
        long parameters = PeakUse.parameters(SHAPE, false);
        // 6 per parameter and token, 12 per layer, attention width and pair of positions
        double operations =
                6.0 * parameters * 64 + 12.0 * 2 * 32 * 32 * SHAPE.heads() * SHAPE.headDim() * SHAPE.layers();
        assertThat(PeakUse.uncompared(SHAPE, false).operations(batch(2, 32)))
                .isCloseTo(operations, within(1e-9 * operations));
    }

    @Test
    void a_peak_that_a_step_beats_is_measured_again_and_the_largest_counts() {
        PeakUse costs = compared(100, 400);
        assertThat(costs.share(150, 1_000_000_000L)).hasValue(1);
        assertThat(costs.isBeaten()).isTrue();
        costs.measureAgain();
        assertThat(costs.isBeaten()).isFalse();
        assertThat(raised).containsExactly("100.0 to 400.0");
        assertThat(costs.share(100, 1_000_000_000L)).hasValue(0.25);
    }

    @Test
    void a_step_that_is_faster_than_every_measurement_is_the_peak() {
        PeakUse costs = compared(100, 110);
        costs.share(200, 1_000_000_000L);
        costs.measureAgain();
        assertThat(raised).containsExactly("100.0 to 200.0");
        assertThat(costs.isBeaten()).isFalse();
        assertThat(costs.share(100, 1_000_000_000L)).hasValue(0.5);
    }

    @Test
    void without_a_peak_there_is_no_share() {
        PeakUse costs = PeakUse.uncompared(SHAPE, false);
        assertThat(costs.share(1e30, 1)).isEmpty();
        assertThat(costs.isBeaten()).isFalse();
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
