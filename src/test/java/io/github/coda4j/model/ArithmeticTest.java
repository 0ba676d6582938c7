package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import org.junit.jupiter.api.Test;

/** What a forward costs at least, by hand for coda-mini: 8 layers, width 256, 4 and 2 heads of 64, MLP 768. */
class ArithmeticTest {
    private static final double LAYER = 256 * (256 + 2 * 128) + 256 * 256 + 3 * 256 * 768;
    private static final ModelConfig MINI = ModelConfig.preset("coda-mini");

    @Test
    void a_sequence_alone_attends_to_itself() {
        expect(operations(20, 0, CacheAccess.NONE, 3), 20, 20, 3);
        expect(operations(20, 0, new CacheAccess.Fill(new Stored(20)), 0), 20, 20, 0);
    }

    @Test
    void a_block_attends_to_what_is_stored_too() {
        expect(operations(8, 16, new CacheAccess.Reuse(new Stored(40)), 8), 8, 40, 8);
    }

    @Test
    void a_block_of_a_block_causal_model_attends_to_what_lies_before_its_end() {
        CacheAccess access = new CacheAccess.Append(new Stored(40), new BlockGrid(8, 0));
        expect(operations(8, 16, access, 8), 8, 24, 8);
    }

    private static double operations(int tokens, int start, CacheAccess access, int rows) {
        int[] positions = new int[rows];
        for (int i = 0; i < rows; i++) {
            positions[i] = start + i;
        }
        ForwardPlan plan = new ForwardPlan(new int[tokens], start, access, positions, Sampling.GREEDY, 0);
        return Arithmetic.operations(MINI, plan);
    }

    private static void expect(double operations, int tokens, int attended, int rows) {
        double pairs = (double) tokens * attended;
        double byHand = 2 * 8 * LAYER * tokens + 8 * 4 * pairs * 4 * 64 + 2.0 * rows * 256 * 8192;
        assertThat(operations).isCloseTo(byHand, withPercentage(1e-9));
    }

    private record Stored(int length) implements KvCache {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public float[] deepestValues(int start, int end) {
            return new float[0];
        }

        @Override
        public void close() {}
    }
}
