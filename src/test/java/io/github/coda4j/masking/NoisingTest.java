package io.github.coda4j.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoisingTest {
    private static final int MASK = 1;
    private static final int PAD = 2;
    private static final MaskingOptions REPORT =
            new MaskingOptions(MASK, PAD, 7, MaskingRules.REPORT, Alignment.SHIFTED);
    private static final MaskingOptions ORIGINAL =
            new MaskingOptions(MASK, PAD, 7, MaskingRules.ORIGINAL, Alignment.SHIFTED);
    private static final Curriculum ALL = Curriculum.constant(0.3, 0.4, 0.5, List.of(2, 4, 8), 0.001);

    @Test
    void any_cut_of_the_global_batch_draws_the_same_masks() {
        for (MaskingOptions options : List.of(REPORT, ORIGINAL)) {
            Noising noising = new Noising(options, ALL);
            PackedBatch whole = text(12, 40);
            Noised together = noising.apply(whole, 5, 0);
            AppliedMasks applied = AppliedMasks.NONE;
            for (int first = 0; first < 12; first += 4) {
                Noised part = noising.apply(rows(whole, first, first + 4), 5, first);
                applied = applied.plus(part.applied());
                for (int b = 0; b < 4; b++) {
                    assertThat(part.batch().noisyIds()[b])
                            .isEqualTo(together.batch().noisyIds()[first + b]);
                    assertThat(part.batch().weights()[b])
                            .isEqualTo(together.batch().weights()[first + b]);
                }
            }
            assertThat(applied).isEqualTo(together.applied());
        }
    }

    @Test
    void steps_rows_and_seeds_draw_differently() {
        PackedBatch batch = new PackedBatch(
                new int[][] {ids(64), ids(64)}, new int[2][64], new boolean[][] {maskable(64), maskable(64)});
        Noising noising = new Noising(REPORT, Curriculum.plain(0.001));
        int[][] first = noising.apply(batch, 0, 0).batch().noisyIds();
        assertThat(first[0]).isNotEqualTo(first[1]);
        assertThat(noising.apply(batch, 1, 0).batch().noisyIds()[0]).isNotEqualTo(first[0]);
        assertThat(new Noising(
                                new MaskingOptions(MASK, PAD, 8, MaskingRules.REPORT, Alignment.SHIFTED),
                                Curriculum.plain(0.001))
                        .apply(batch, 0, 0)
                        .batch()
                        .noisyIds()[0])
                .isNotEqualTo(first[0]);
    }

    @Test
    void in_place_the_first_position_of_a_document_is_masked_and_counted_like_any_other() {
        PackedBatch batch = twoDocuments(2000, 40, 17);
        for (MaskingRules rules : MaskingRules.values()) {
            MaskingOptions options = new MaskingOptions(MASK, PAD, 7, rules, Alignment.IN_PLACE);
            MaskedBatch masked = new Noising(options, Curriculum.plain(0.001))
                    .apply(batch, 0, 0)
                    .batch();
            for (int first : new int[] {0, 17}) {
                int count = 0;
                for (int b = 0; b < masked.rows(); b++) {
                    boolean isMasked = masked.noisyIds()[b][first] == MASK;
                    count += isMasked ? 1 : 0;
                    assertThat(masked.targets()[b][first])
                            .isEqualTo(isMasked ? batch.ids()[b][first] : MaskedBatch.NOT_COUNTED);
                }
                assertThat(count / 2000.0).as("share of masks").isCloseTo(0.5, within(0.05));
            }
        }
    }

    @Test
    void stratified_noise_levels_lie_evenly_over_a_batch_and_are_uniform_over_steps() {
        Noising noising = new Noising(
                new MaskingOptions(MASK, PAD, 7, MaskingRules.REPORT, Alignment.SHIFTED, 8),
                Curriculum.constant(0, 0, 0, List.of(), 0.001));
        double first = 0;
        for (int step = 0; step < 500; step++) {
            float[] weights = noising.apply(text(8, 4), step, 16).batch().weights();
            double[] levels = new double[8];
            for (int b = 0; b < 8; b++) {
                levels[b] = 1 / weights[b];
            }
            first += levels[0] / 500;
            Arrays.sort(levels);
            for (int b = 1; b < 8; b++) {
                assertThat(levels[b] - levels[b - 1]).isCloseTo(0.999 / 8, within(1e-5));
            }
            float[] secondHalf = noising.apply(text(4, 4), step, 20).batch().weights();
            assertThat(secondHalf).isEqualTo(Arrays.copyOfRange(weights, 4, 8));
        }
        assertThat(first).isCloseTo(0.5, within(0.04));
    }

    @Test
    void shares_of_s1_s2_s3_and_of_masked_positions_are_those_asked_for() {
        Noising noising = new Noising(REPORT, Curriculum.constant(0.3, 0.4, 0.5, List.of(2, 4), 0.001));
        AppliedMasks applied = noising.apply(text(4000, 64), 3, 0).applied();
        assertThat(applied.rows()).isEqualTo(4000);
        assertThat(applied.prefixRows() / 4000.0).isCloseTo(0.3, within(0.03));
        assertThat(applied.truncatedRows() / 4000.0).isCloseTo(0.4 * 0.7, within(0.03));
        assertThat(applied.blockRows() / 4000.0).isCloseTo(0.5, within(0.04));

        Noised plain = new Noising(REPORT, Curriculum.plain(0.001)).apply(text(4000, 64), 3, 0);
        assertThat(plain.applied().maskedPositions() / (4000.0 * 63)).isCloseTo(0.5005, within(0.02));
        double expected = 0;
        for (int b = 0; b < 4000; b++) {
            expected += 1 / plain.batch().weights()[b];
        }
        assertThat((double) plain.batch().numTargets()).isCloseTo(expected * 63, within(1500.0));
    }

    @Test
    void blocks_are_decided_row_by_row_with_their_own_sizes() {
        Noising report = new Noising(REPORT, Curriculum.constant(0, 0, 0.5, List.of(2, 4, 8), 0.001));
        AppliedMasks applied = report.apply(text(200, 64), 0, 0).applied();
        assertThat(applied.blockRows()).isBetween(60, 140);

        Noising original = new Noising(ORIGINAL, Curriculum.constant(0, 0, 1e-9, List.of(2, 4, 8), 0.001));
        assertThat(original.apply(text(200, 64), 0, 0).applied().blockRows()).isEqualTo(200);
    }

    @Test
    void masked_blocks_are_as_long_as_the_size_and_stay_inside_one_document() {
        PackedBatch batch = twoDocuments(300, 40, 17);
        Noised noised = new Noising(REPORT, Curriculum.constant(0, 0, 1, List.of(8), 0.001)).apply(batch, 0, 0);
        assertThat(noised.applied().blockRows()).isEqualTo(300);
        int runs = 0;
        for (int[] row : noised.batch().noisyIds()) {
            assertThat(row[0]).isNotEqualTo(MASK);
            assertThat(row[17]).isNotEqualTo(MASK);
            int run = 0;
            for (int i = 0; i <= row.length; i++) {
                if (i < row.length && row[i] == MASK) {
                    run++;
                } else if (run > 0) {
                    assertThat(run).isGreaterThanOrEqualTo(8);
                    runs++;
                    run = 0;
                }
            }
        }
        assertThat(runs).isGreaterThan(100);
    }

    @Test
    void a_row_in_which_no_block_fits_is_masked_token_by_token() {
        boolean[] answer = new boolean[32];
        Arrays.fill(answer, 20, 25, true);
        PackedBatch batch = new PackedBatch(new int[][] {ids(32)}, new int[1][32], new boolean[][] {answer});
        Curriculum blocks = Curriculum.constant(0, 0, 1, List.of(8), 0.9);
        Noised report = new Noising(REPORT, blocks).apply(batch, 0, 0);
        assertThat(report.batch().numTargets()).isPositive();
        assertThat(report.applied().blockRows()).isZero();
        assertThat(new Noising(ORIGINAL, blocks).apply(batch, 0, 0).batch().numTargets())
                .isZero();
    }

    @Test
    void the_first_position_of_a_document_is_neither_masked_nor_counted() {
        PackedBatch batch = twoDocuments(50, 24, 9);
        Curriculum nearlyAll = Curriculum.plain(0.999999);
        MaskedBatch report = new Noising(REPORT, nearlyAll).apply(batch, 0, 0).batch();
        MaskedBatch original =
                new Noising(ORIGINAL, nearlyAll).apply(batch, 0, 0).batch();
        for (int b = 0; b < 50; b++) {
            assertThat(report.noisyIds()[b][0]).isEqualTo(batch.ids()[b][0]);
            assertThat(report.noisyIds()[b][9]).isEqualTo(batch.ids()[b][9]);
            assertThat(report.targets()[b][9]).isEqualTo(MaskedBatch.NOT_COUNTED);
            assertThat(report.noisyIds()[b][10]).isEqualTo(MASK);
            assertThat(original.noisyIds()[b][0]).isEqualTo(MASK);
            assertThat(original.targets()[b][0]).isEqualTo(MaskedBatch.NOT_COUNTED);
            assertThat(original.targets()[b][9]).isEqualTo(batch.ids()[b][9]);
        }
    }

    @Test
    void mask_ids_in_the_text_are_not_counted() {
        int[] ids = ids(16);
        ids[5] = MASK;
        PackedBatch batch = new PackedBatch(new int[][] {ids}, new int[1][16], new boolean[][] {maskable(16)});
        Curriculum nearlyAll = Curriculum.plain(0.999999);
        assertThat(new Noising(REPORT, nearlyAll).apply(batch, 0, 0).batch().targets()[0][5])
                .isEqualTo(MaskedBatch.NOT_COUNTED);
        assertThat(new Noising(ORIGINAL, nearlyAll).apply(batch, 0, 0).batch().targets()[0][5])
                .isEqualTo(MASK);
    }

    @Test
    void truncated_suffixes_become_pads_that_stay_in_their_document_and_are_never_masked() {
        PackedBatch batch = text(200, 30);
        Noised noised = new Noising(REPORT, Curriculum.constant(0, 1, 0, List.of(), 0.9)).apply(batch, 0, 0);
        assertThat(noised.applied().truncatedRows()).isEqualTo(200);
        assertThat(noised.batch().segments()).isDeepEqualTo(batch.segments());
        for (int b = 0; b < 200; b++) {
            int[] row = noised.batch().noisyIds()[b];
            int cut = 30;
            while (row[cut - 1] == PAD) {
                cut--;
            }
            assertThat(cut).isBetween(1, 29);
            for (int i = cut; i < 30; i++) {
                assertThat(noised.batch().targets()[b][i]).isEqualTo(MaskedBatch.NOT_COUNTED);
            }
        }
    }

    @Test
    void padding_stays_unmasked_while_prompts_are_given_step_by_step() {
        int[][] ids = {ids(20)};
        int[][] segments = new int[1][20];
        boolean[][] maskable = new boolean[1][20];
        Arrays.fill(maskable[0], 8, 14, true);
        Arrays.fill(ids[0], 14, 20, PAD);
        Arrays.fill(segments[0], 14, 20, 1);
        Curriculum ramp = new Curriculum(
                new Growth.Constant(),
                List.of(0.0),
                List.of(0.0),
                List.of(0.0),
                List.of(List.of()),
                List.of(0.999999),
                0.5,
                1,
                20);
        Noising noising = new Noising(REPORT, ramp);
        PackedBatch batch = new PackedBatch(ids, segments, maskable);
        assertThat(noising.apply(batch, 0, 0).batch().noisyIds()[0]).startsWith(ids[0][0], MASK, MASK);
        int[] half = noising.apply(batch, 5, 0).batch().noisyIds()[0];
        for (int i = 0; i < 20; i++) {
            assertThat(half[i] == MASK).as("position %d", i).isEqualTo(i >= 4 && i < 14);
        }
        int[] whole = noising.apply(batch, 10, 0).batch().noisyIds()[0];
        assertThat(whole[7]).isNotEqualTo(MASK);
        assertThat(whole[8]).isEqualTo(MASK);
    }

    @Test
    void held_out_rows_are_masked_the_same_at_every_call_and_plainly_unless_asked() {
        Noising noising = new Noising(REPORT, ALL);
        PackedBatch batch = text(6, 40);
        Noised once = noising.heldOut(batch, 10, MaskingLevels.plain(0.001));
        assertThat(noising.heldOut(batch, 10, MaskingLevels.plain(0.001))
                        .batch()
                        .noisyIds())
                .isDeepEqualTo(once.batch().noisyIds());
        assertThat(once.applied().prefixRows()
                        + once.applied().truncatedRows()
                        + once.applied().blockRows())
                .isZero();
        assertThat(noising.apply(batch, 0, 10).batch().noisyIds())
                .isNotEqualTo(once.batch().noisyIds());
        Noised prefixes = noising.heldOut(batch, 10, new MaskingLevels(1, 0, 0, List.of(), 0.001, 1));
        assertThat(prefixes.applied().prefixRows()).isEqualTo(6);
    }

    @Test
    void lists_by_epoch_begin_again_and_block_sizes_come_in_stages() {
        Curriculum curriculum = new Curriculum(
                new Growth.Constant(),
                List.of(0.01, 0.05),
                List.of(0.02),
                List.of(0.05, 0.1),
                List.of(List.of(2), List.of(2, 4)),
                List.of(0.001, 0.25),
                0,
                4,
                8);
        assertThat(curriculum.at(0)).isEqualTo(new MaskingLevels(0.01, 0.02, 0.05, List.of(2), 0.001, 1));
        assertThat(curriculum.at(2)).isEqualTo(new MaskingLevels(0.05, 0.02, 0.1, List.of(2), 0.25, 1));
        assertThat(curriculum.at(5)).isEqualTo(new MaskingLevels(0.01, 0.02, 0.05, List.of(2, 4), 0.001, 1));
    }

    @Test
    void what_cannot_be_masked_is_refused_with_value_and_range() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.constant(1.5, 0, 0, List.of(), 0.001))
                .withMessage("prefix probability must be in [0, 1], got 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.plain(0))
                .withMessage("eps, the least noise level, must be in (0, 1), got 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.constant(0, 0, 0, List.of(2, 0), 0.001))
                .withMessage("a block size must be at least 1, got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Noising(REPORT, Curriculum.constant(0, 0, 0.5, List.of(), 0.001)))
                .withMessage("block masking needs block sizes: each stage of them must name at least one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MaskingOptions(3, 3, 0, MaskingRules.REPORT, Alignment.SHIFTED))
                .withMessage("mask id and pad id must differ, both are 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Noising(REPORT, ALL).apply(text(1, 1), 0, 0))
                .withMessage("a row needs at least 2 positions to be masked, got 1");
    }

    private static PackedBatch text(int rows, int length) {
        return twoDocuments(rows, length, length);
    }

    private static PackedBatch twoDocuments(int rows, int length, int second) {
        int[][] ids = new int[rows][];
        int[][] segments = new int[rows][length];
        boolean[][] maskable = new boolean[rows][];
        for (int b = 0; b < rows; b++) {
            ids[b] = ids(length);
            ids[b][length - 1] = 10 + b;
            Arrays.fill(segments[b], second, length, 1);
            maskable[b] = maskable(length);
        }
        return new PackedBatch(ids, segments, maskable);
    }

    private static PackedBatch rows(PackedBatch batch, int from, int to) {
        return new PackedBatch(
                Arrays.copyOfRange(batch.ids(), from, to),
                Arrays.copyOfRange(batch.segments(), from, to),
                Arrays.copyOfRange(batch.maskable(), from, to));
    }

    private static int[] ids(int length) {
        int[] ids = new int[length];
        Arrays.setAll(ids, i -> 10 + i);
        return ids;
    }

    private static boolean[] maskable(int length) {
        boolean[] all = new boolean[length];
        Arrays.fill(all, true);
        return all;
    }
}
