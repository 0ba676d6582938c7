package io.github.coda4j.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A noise level for each block of a block-causal model. */
class BlockNoiseTest {
    private static final int MASK = 2;
    private static final int BLOCK = 4;
    private static final MaskingOptions OPTIONS =
            new MaskingOptions(MASK, 0, 7, MaskingRules.REPORT, Alignment.IN_PLACE).withNoisyBlock(BLOCK);

    /** Rows of 16 positions, the first 6 a document. */
    private static PackedBatch rows(int count) {
        int[][] ids = new int[count][16];
        int[][] segments = new int[count][16];
        boolean[][] maskable = new boolean[count][16];
        for (int b = 0; b < count; b++) {
            Arrays.fill(ids[b], 9);
            Arrays.fill(segments[b], 6, 16, 1);
            Arrays.fill(maskable[b], true);
        }
        return new PackedBatch(ids, segments, maskable);
    }

    @Test
    void a_block_s_tokens_weigh_one_over_its_level_and_are_masked_as_often() {
        Noising noising = new Noising(OPTIONS, Curriculum.plain(0.1));
        double[] weighted = new double[16];
        int steps = 3000;
        for (int step = 0; step < steps; step++) {
            MaskedBatch batch = noising.apply(rows(1), step, 0).batch();
            float[] factors = batch.factors()[0];
            assertThat(batch.weights()[0]).isEqualTo(1);
            assertThat(Arrays.copyOfRange(factors, 0, 4)).containsOnly(factors[0]);
            assertThat(Arrays.copyOfRange(factors, 4, 6)).containsOnly(factors[4]);
            assertThat(Arrays.copyOfRange(factors, 6, 10)).containsOnly(factors[6]);
            assertThat(Arrays.copyOfRange(factors, 10, 14)).containsOnly(factors[10]);
            assertThat(new TreeSet<>(List.of(factors[0], factors[4], factors[6], factors[10], factors[14])))
                    .hasSize(5)
                    .allSatisfy(factor -> assertThat(factor).isBetween(1f, 10f));
            for (int i = 0; i < 16; i++) {
                boolean masked = batch.targets()[0][i] != MaskedBatch.NOT_COUNTED;
                assertThat(batch.noisyIds()[0][i]).isEqualTo(masked ? MASK : 9);
                weighted[i] += masked ? batch.weight(0, i) : 0;
            }
        }
        // The expectation of masked / sigma is 1 at every position, whatever its block.
        for (double sum : weighted) {
            assertThat(sum / steps).isCloseTo(1, within(0.1));
        }
    }

    @Test
    void stratified_levels_lie_evenly_over_rows_and_blocks() {
        MaskingOptions even = new MaskingOptions(MASK, 0, 7, MaskingRules.REPORT, Alignment.IN_PLACE, 3);
        MaskedBatch batch = new Noising(even.withNoisyBlock(BLOCK), Curriculum.plain(1e-3))
                .apply(rows(3), 5, 0)
                .batch();
        TreeSet<Integer> fifteenths = new TreeSet<>();
        for (float[] factors : batch.factors()) {
            for (int i : new int[] {0, 4, 6, 10, 14}) {
                fifteenths.add((int) ((1 / factors[i] - 1e-3) / (1 - 1e-3) * 15));
            }
        }
        assertThat(fifteenths).hasSize(15);
    }

    @Test
    void what_has_no_sense_is_refused() {
        Curriculum plain = Curriculum.plain(0.1);
        ProgressiveMasking perBlock = new ProgressiveMasking(MaskingRules.REPORT, plain, Optional.empty(), 1, true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> perBlock.open(vocabulary(OptionalInt.empty()), 1))
                .withMessageContaining("noise_per block needs a model with block-causal attention");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProgressiveMasking(MaskingRules.ORIGINAL, plain, 1)
                        .open(vocabulary(OptionalInt.of(BLOCK)), 1))
                .withMessageContaining("needs masking.rules report");
        MaskedBatch batch = perBlock.open(vocabulary(OptionalInt.of(BLOCK)), 1)
                .mask(rows(1), 0, 0)
                .batch();
        assertThat(batch.factors()[0]).hasSize(16);
        assertThat(perBlock.heldOut(vocabulary(OptionalInt.of(BLOCK)))
                        .mask(rows(1), 0, 0)
                        .batch()
                        .factors()[0])
                .isEmpty();
    }

    private static MaskingVocabulary vocabulary(OptionalInt block) {
        return new MaskingVocabulary(MASK, 0, Alignment.IN_PLACE, block, _ -> OptionalInt.empty());
    }
}
