package io.github.coda4j.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.train.StepBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HolePaddingTest {
    private static final int MASK = 1;
    private static final int PAD = 0;
    private static final int HOLE_PAD = 2;
    private static final int FIRST = 10;
    private static final String NAME = Tokenizer.HOLE_PAD;
    private static final MaskingVocabulary VOCABULARY = new MaskingVocabulary(
            MASK, PAD, Alignment.SHIFTED, token -> token.equals(NAME) ? OptionalInt.of(HOLE_PAD) : OptionalInt.empty());

    @Test
    void taking_the_pads_out_gives_the_text_again() {
        PackedBatch batch = batch(64, 48);
        MaskedBatch masked = rule(1, 9, 6, 3).mask(batch, 0, 0).batch();
        int withPads = 0;
        for (int b = 0; b < masked.rows(); b++) {
            int[] told = told(masked, b);
            int[] text = Arrays.stream(told).filter(id -> id != HOLE_PAD).toArray();
            withPads += text.length < told.length ? 1 : 0;
            assertThat(text).isEqualTo(Arrays.copyOf(batch.ids()[b], text.length));
        }
        assertThat(withPads).isGreaterThan(48);
    }

    @Test
    void in_half_of_the_rows_holes_are_masked_whole_and_in_all_what_is_outside_stays_visible() {
        Noised noised = rule(1, 9, 6, 3).mask(batch(200, 48), 0, 0);
        MaskedBatch masked = noised.batch();
        int whole = 0;
        for (int b = 0; b < masked.rows(); b++) {
            // A hole that is not masked whole shows a pad or a token between masks, sooner or later.
            whole += Arrays.stream(masked.noisyIds()[b]).anyMatch(id -> id == HOLE_PAD) ? 0 : 1;
            assertThat(Arrays.stream(masked.noisyIds()[b])
                            .filter(id -> id == MASK)
                            .count())
                    .as("at most three holes of nine tokens and six pads")
                    .isLessThanOrEqualTo(45);
        }
        assertThat(whole).isBetween(90, 160);
        assertThat(noised.applied().holeRows()).isBetween(190, 200);
        assertThat(noised.applied().maskedPositions()).isEqualTo(masked.numTargets());
    }

    @Test
    void the_pads_of_a_hole_weigh_together_as_much_as_its_tokens_at_most() {
        MaskedBatch masked = rule(1, 4, 30, 1).mask(batch(200, 64), 0, 0).batch();
        int drowned = 0;
        for (int b = 0; b < masked.rows(); b++) {
            if (masked.factors()[b] == MaskedBatch.EVEN) {
                continue; // its only hole fell on the first position, which nothing predicts
            }
            int[] told = told(masked, b);
            float[] factors = masked.factors()[b];
            int pads = 0;
            float padFactor = 1;
            for (int i = 0; i < 64; i++) {
                boolean isPad = told[i] == HOLE_PAD;
                pads += isPad ? 1 : 0;
                padFactor = isPad ? factors[i] : padFactor;
                assertThat(isPad || factors[i] == 1).isTrue();
                assertThat(masked.weight(b, i)).isEqualTo(masked.weights()[b] * factors[i]);
            }
            float tokens = padFactor * pads;
            if (pads > 4 && told[63] != HOLE_PAD) {
                drowned++;
                assertThat(tokens).as("n tokens against k pads of n / k each").isBetween(0.999f, 4.001f);
                assertThat(tokens - Math.round(tokens)).isBetween(-0.001f, 0.001f);
            }
            assertThat(tokens).isLessThan(4.001f);
        }
        assertThat(drowned).isGreaterThan(50);
    }

    @Test
    void a_row_of_few_targets_weighs_as_much_as_others_up_to_four_times() {
        MaskedBatch masked = rule(1, 20, 20, 4).mask(batch(300, 48), 0, 0).batch();
        int limited = 0;
        int scaled = 0;
        for (int b = 0; b < masked.rows(); b++) {
            boolean whole = Arrays.stream(masked.noisyIds()[b]).noneMatch(id -> id == HOLE_PAD)
                    && Arrays.stream(told(masked, b)).anyMatch(id -> id == HOLE_PAD);
            int targets = masked.rows(b, b + 1).numTargets();
            if (whole && masked.weights()[b] * targets <= 48.01f && masked.weights()[b] <= 4) {
                limited += masked.weights()[b] == 4 ? 1 : 0;
                scaled += Math.abs(masked.weights()[b] * targets - 48) < 0.01f ? 1 : 0;
            }
            assertThat(masked.weights()[b]).isGreaterThanOrEqualTo(1);
        }
        assertThat(limited).isGreaterThan(20);
        assertThat(scaled).isGreaterThan(50);
    }

    @Test
    void a_ceiling_ends_with_a_pad_that_is_seen_and_every_other_hole_has_the_masks_of_its_span() {
        PackedBatch batch = batch(300, 48);
        MaskedBatch masked = ceilings(0.5, 9, 6).mask(batch, 0, 0).batch();
        Map<Integer, Integer> padsOfCeilings = new TreeMap<>();
        int exact = 0;
        for (int b = 0; b < masked.rows(); b++) {
            int[] told = told(masked, b);
            int[] text = Arrays.stream(told).filter(id -> id != HOLE_PAD).toArray();
            assertThat(text).isEqualTo(Arrays.copyOf(batch.ids()[b], text.length));
            int[] seen = masked.noisyIds()[b];
            int pads = 0;
            for (int i = 0; i < 48; i++) {
                pads += told[i] == HOLE_PAD ? 1 : 0;
                if (told[i] == HOLE_PAD && (i == 47 || told[i + 1] != HOLE_PAD)) {
                    assertThat(seen[i])
                            .as("the last pad says that it is a ceiling")
                            .isEqualTo(HOLE_PAD);
                    padsOfCeilings.merge(pads - 1, 1, Integer::sum);
                    pads = 0;
                }
            }
            exact += text.length == 48 ? 1 : 0;
            if (masked.factors()[b] != MaskedBatch.EVEN) {
                assertThat(masked.factors()[b]).containsOnly(1);
            }
        }
        assertThat(padsOfCeilings.keySet()).containsExactly(0, 1, 2, 3, 4, 5, 6);
        assertThat(padsOfCeilings.values()).allMatch(count -> count > 10 && count < 45);
        assertThat(exact).isBetween(110, 190);
    }

    @Test
    void holes_stay_within_their_document() {
        int[][] ids = new int[32][40];
        int[][] segments = new int[32][40];
        boolean[][] maskable = new boolean[32][40];
        for (int b = 0; b < 32; b++) {
            for (int i = 0; i < 40; i++) {
                ids[b][i] = FIRST + i;
                segments[b][i] = i / 10;
                maskable[b][i] = true;
            }
        }
        MaskedBatch masked = rule(1, 9, 6, 3)
                .mask(new PackedBatch(ids, segments, maskable), 0, 0)
                .batch();
        for (int b = 0; b < 32; b++) {
            int[] told = told(masked, b);
            for (int i = 0; i < 40; i++) {
                if (told[i] >= FIRST) {
                    assertThat(masked.segments()[b][i]).isEqualTo((told[i] - FIRST) / 10);
                    boolean first = (told[i] - FIRST) % 10 == 0;
                    assertThat(first && masked.targets()[b][i] != MaskedBatch.NOT_COUNTED)
                            .as("nothing of its document predicts a first token")
                            .isFalse();
                } else {
                    assertThat(masked.segments()[b][i])
                            .as("pads are their hole's")
                            .isEqualTo(masked.segments()[b][i - 1]);
                }
            }
        }
    }

    @Test
    void prompts_have_no_holes() {
        PackedBatch batch = batch(100, 48);
        for (boolean[] row : batch.maskable()) {
            Arrays.fill(row, 0, 30, false);
        }
        MaskedBatch masked = rule(1, 9, 6, 6).mask(batch, 0, 0).batch();
        for (int b = 0; b < 100; b++) {
            assertThat(Arrays.copyOf(masked.noisyIds()[b], 30)).isEqualTo(Arrays.copyOf(batch.ids()[b], 30));
        }
        assertThat(masked.numTargets()).isPositive();
    }

    @Test
    void rows_without_holes_are_masked_as_without_the_rule() {
        PackedBatch batch = batch(200, 32);
        MaskedBatch plain = new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.1), 1)
                .open(VOCABULARY, 3)
                .mask(batch, 5, 0)
                .batch();
        Noised some = rule(0.25, 9, 6, 3).mask(batch, 5, 0);
        int same = 0;
        for (int b = 0; b < 200; b++) {
            if (some.batch().factors()[b] == MaskedBatch.EVEN) {
                same++;
                assertThat(some.batch().noisyIds()[b]).isEqualTo(plain.noisyIds()[b]);
                assertThat(some.batch().weights()[b]).isEqualTo(plain.weights()[b]);
            }
        }
        assertThat(same).isBetween(130, 170).isEqualTo(200 - some.applied().holeRows());
    }

    @Test
    void ranks_and_micro_batches_get_the_rows_that_one_rank_would_have() {
        PackedBatch batch = batch(8, 48);
        MaskingRule rule = rule(0.5, 9, 6, 3);
        Noised whole = rule.mask(batch, 7, 0);
        List<MaskedBatch> parts = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            PackedBatch own = rows(batch, 4 * rank, 4 * rank + 4);
            Noised noised = rule.mask(own, 7, 4L * rank);
            parts.addAll(new StepBatch(7, 0, own, noised.batch(), noised.applied()).microBatches(3));
        }
        assertThat(parts).extracting(MaskedBatch::rows).containsExactly(3, 1, 3, 1);
        int row = 0;
        for (MaskedBatch part : parts) {
            for (int b = 0; b < part.rows(); b++, row++) {
                assertThat(part.noisyIds()[b]).isEqualTo(whole.batch().noisyIds()[row]);
                assertThat(part.targets()[b]).isEqualTo(whole.batch().targets()[row]);
                assertThat(part.segments()[b]).isEqualTo(whole.batch().segments()[row]);
                assertThat(part.weights()[b]).isEqualTo(whole.batch().weights()[row]);
                assertThat(part.factors()[b]).isEqualTo(whole.batch().factors()[row]);
            }
        }
        assertThat(row).isEqualTo(8);
        assertThat(whole.applied().holeRows()).isBetween(1, 7);
    }

    @Test
    void the_draws_of_a_step_and_row_do_not_change_from_build_to_build() {
        MaskedBatch masked = rule(1, 5, 4, 1).mask(batch(1, 24), 3, 0).batch();
        int[] hole = Arrays.stream(masked.targets()[0])
                .filter(id -> id != MaskedBatch.NOT_COUNTED)
                .map(id -> id < FIRST ? -id : id - FIRST)
                .toArray();
        assertThat(hole).as("tokens by their place in the text, pads negative").containsExactly(21, -2, -2);
    }

    @Test
    void the_pad_that_is_trained_is_the_one_that_closes_holes() {
        assertThat(HolePadding.DEFAULT_PAD).isEqualTo(Tokenizer.HOLE_PAD);
    }

    @Test
    void lists_of_values_follow_the_epochs() {
        HolePadding growing = new HolePadding(NAME, List.of(1.0), List.of(8), List.of(0, 8), 0, 2);
        Curriculum twoEpochs = new Curriculum(
                new Growth.Constant(),
                List.of(0.0),
                List.of(0.0),
                List.of(0.0),
                List.of(List.of()),
                List.of(0.1),
                0,
                2,
                10);
        MaskingRule rule =
                new ProgressiveMasking(MaskingRules.REPORT, twoEpochs, Optional.of(growing), 1).open(VOCABULARY, 3);
        assertThat(allTargets(rule.mask(batch(20, 32), 4, 0))).doesNotContain(HOLE_PAD);
        assertThat(allTargets(rule.mask(batch(20, 32), 5, 0))).contains(HOLE_PAD);
    }

    @Test
    void values_out_of_range_and_what_does_not_go_together_are_refused() {
        refused(() -> new HolePadding(NAME, List.of(1.5), List.of(8), List.of(8), 0, 2))
                .withMessage("hole_probability must be in [0, 1], got 1.5");
        refused(() -> new HolePadding(NAME, List.of(1.0), List.of(0), List.of(8), 0, 2))
                .withMessage("hole_spans must be at least 1, got 0");
        refused(() -> new HolePadding(NAME, List.of(1.0), List.of(1), List.of(-1), 0, 2))
                .withMessage("hole_pads must be 0 or positive, got -1");
        refused(() -> new HolePadding(NAME, List.of(1.0), List.of(1), List.of(1), 1.5, 2))
                .withMessage("hole_ceilings must be in [0, 1], got 1.5");
        refused(() -> new HolePadding(NAME, List.of(1.0), List.of(1), List.of(1), 0, 0))
                .withMessage("holes_per_row must be at least 1, got 0");
        HolePadding two = new HolePadding(NAME, List.of(1.0), List.of(1), List.of(8, 9), 0, 2);
        refused(() -> new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.1), Optional.of(two), 1))
                .withMessageContaining("hole_pads has values for 2 epochs, but the run has 1");
        HolePadding one = new HolePadding(NAME, List.of(1.0), List.of(1), List.of(8), 0, 2);
        refused(() -> new ProgressiveMasking(MaskingRules.ORIGINAL, Curriculum.plain(0.1), Optional.of(one), 1))
                .withMessage("hole_probability needs rules report: the original has no padded holes");
        HolePadding unknown = new HolePadding("<|none|>", List.of(1.0), List.of(1), List.of(8), 0, 2);
        ProgressiveMasking plan =
                new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.1), Optional.of(unknown), 1);
        refused(() -> plan.open(VOCABULARY, 1)).withMessageContaining("needs a token <|none|>");
        MaskingVocabulary same = new MaskingVocabulary(HOLE_PAD, PAD, Alignment.SHIFTED, VOCABULARY.tokens());
        refused(() -> new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.1), Optional.of(one), 1)
                        .open(same, 1))
                .withMessage("<|fim_pad|> is the mask: holes need a pad token that is something else");
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<IllegalArgumentException> refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return assertThatIllegalArgumentException().isThrownBy(call);
    }

    private static MaskingRule rule(double probability, int spans, int pads, int holes) {
        HolePadding padding = new HolePadding(NAME, List.of(probability), List.of(spans), List.of(pads), 0, holes);
        return new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.1), Optional.of(padding), 1)
                .open(VOCABULARY, 3);
    }

    /** Rows of one hole, some of them ceilings. */
    private static MaskingRule ceilings(double share, int spans, int pads) {
        HolePadding padding = new HolePadding(NAME, List.of(1.0), List.of(spans), List.of(pads), share, 1);
        return new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.1), Optional.of(padding), 1)
                .open(VOCABULARY, 3);
    }

    private static int[] allTargets(Noised noised) {
        return Arrays.stream(noised.batch().targets())
                .flatMapToInt(Arrays::stream)
                .toArray();
    }

    /** What the row says once every mask has got its target. */
    private static int[] told(MaskedBatch masked, int row) {
        int[] told = masked.noisyIds()[row].clone();
        for (int i = 0; i < told.length; i++) {
            told[i] = told[i] == MASK ? masked.targets()[row][i] : told[i];
        }
        return told;
    }

    private static PackedBatch rows(PackedBatch batch, int from, int to) {
        return new PackedBatch(
                Arrays.copyOfRange(batch.ids(), from, to),
                Arrays.copyOfRange(batch.segments(), from, to),
                Arrays.copyOfRange(batch.maskable(), from, to));
    }

    /** Rows of one document each with ids that differ at every position. */
    private static PackedBatch batch(int rows, int length) {
        int[][] ids = new int[rows][length];
        boolean[][] maskable = new boolean[rows][length];
        for (int b = 0; b < rows; b++) {
            for (int i = 0; i < length; i++) {
                ids[b][i] = FIRST + b * length + i;
                maskable[b][i] = true;
            }
        }
        return new PackedBatch(ids, new int[rows][length], maskable);
    }
}
