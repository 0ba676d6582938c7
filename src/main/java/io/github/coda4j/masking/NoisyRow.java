package io.github.coda4j.masking;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.MaskedBatch;

/** One row on its way to being masked: its ids, and which of them may still be masked. */
final class NoisyRow {
    private final MaskingOptions options;
    private final MaskDraws draws;
    private final long row;
    private final int[] ids;
    private final int[] segments;
    private final boolean[] maskable;

    /** @param row number of the row in the draws */
    NoisyRow(MaskingOptions options, PackedBatch batch, int index, MaskDraws draws, long row) {
        this.options = options;
        this.draws = draws;
        this.row = row;
        this.ids = batch.ids()[index].clone();
        this.segments = batch.segments()[index];
        this.maskable = batch.maskable()[index].clone();
    }

    /** Documents give only a share of their prompts; padding stays what it is. */
    void givePrompt(double share) {
        if (share >= 1) {
            return;
        }
        int start = 0;
        for (int i = 1; i <= ids.length; i++) {
            if (i == ids.length || segments[i] != segments[start]) {
                if (!isPadding(start, i)) {
                    RowMasks.givePrompt(maskable, start, i, share);
                }
                start = i;
            }
        }
    }

    private boolean isPadding(int start, int end) {
        for (int i = start; i < end; i++) {
            if (ids[i] != options.padId() || maskable[i]) {
                return false;
            }
        }
        return true;
    }

    /** S1. */
    boolean protectPrefix(double probability) {
        boolean applies = draws.prefix(row) < probability;
        if (applies) {
            RowMasks.protectPrefix(maskable, draws.prefixLength(row, ids.length - 1));
        }
        return applies;
    }

    /** S2. */
    boolean truncate(double probability) {
        boolean applies = draws.truncate(row) < probability;
        if (applies) {
            RowMasks.truncate(ids, maskable, draws.truncatePosition(row, ids.length - 1), options.padId());
        }
        return applies;
    }

    /** sigma = (1 - eps) u + eps in 32-bit floats, as the original computes it. */
    float sigma(double eps) {
        return scaled(draws.noise(row, options.strata()), eps);
    }

    private static float scaled(double level, double eps) {
        return (float) (1 - eps) * (float) level + (float) eps;
    }

    /** The noise level of each position, one for each block of a document. */
    float[] sigmas(double eps, int size) {
        int[] blocks = blocks(size);
        float[] sigmas = new float[ids.length];
        for (int i = 0; i < sigmas.length; i++) {
            double level = draws.blockNoise(row, options.strata(), blocks[i], blocks[blocks.length - 1] + 1);
            sigmas[i] = scaled(level, eps);
        }
        return sigmas;
    }

    /** The number of each position's block in the row; blocks begin with their document. */
    private int[] blocks(int size) {
        int[] blocks = new int[ids.length];
        int start = 0;
        for (int i = 1; i < blocks.length; i++) {
            boolean isNew = segments[i] != segments[i - 1];
            start = isNew ? i : start;
            blocks[i] = blocks[i - 1] + (isNew || (i - start) % size == 0 ? 1 : 0);
        }
        return blocks;
    }

    /** S3: the block size, 1 when the row is masked token by token. */
    int blockSize(MaskingLevels levels) {
        if (draws.block(row) >= levels.blockProbability()) {
            return 1;
        }
        int size =
                levels.blockSizes().get(draws.blockSize(row, levels.blockSizes().size()));
        return size <= RowMasks.longestRun(candidates()) ? size : 1;
    }

    boolean[] mask(float sigma, int blockSize) {
        return blockSize > 1
                ? RowMasks.maskBlocks(candidates(), sigma, blockSize, i -> draws.mask(row, i))
                : RowMasks.maskTokens(candidates(), sigma, i -> draws.mask(row, i));
    }

    boolean[] mask(float[] sigmas) {
        return RowMasks.maskTokens(candidates(), i -> sigmas[i], i -> draws.mask(row, i));
    }

    /** The row with these positions masked. */
    MaskedRow masked(boolean[] masked, float sigma, AppliedMasks applied) {
        return masked(masked, 1 / sigma, MaskedBatch.EVEN, applied);
    }

    /** The same where each position has a noise level. */
    MaskedRow masked(boolean[] masked, float[] sigmas, AppliedMasks applied) {
        float[] factors = new float[sigmas.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = 1 / sigmas[i];
        }
        return masked(masked, 1, factors, applied);
    }

    private MaskedRow masked(boolean[] masked, float weight, float[] factors, AppliedMasks applied) {
        return new MaskedRow(noisyIds(ids, masked), targets(ids, masked), segments, weight, factors, applied);
    }

    /** S4: the row with holes, not masked yet; without holes where none fits. */
    PaddedRow padded(HolePadding.Levels levels, int mostHoles, int padId) {
        return PaddedRow.of(levels, mostHoles, padId, ids, segments, candidates(), draws, row);
    }

    /** The row with positions of its holes masked. */
    MaskedRow masked(PaddedRow padded, float sigma) {
        boolean[] masked = RowMasks.maskTokens(padded.inHole(), sigma, i -> draws.mask(row, i));
        return new MaskedRow(
                noisyIds(padded.ids(), masked),
                targets(padded.ids(), masked),
                padded.segments(),
                padded.weight(sigma),
                padded.factors(),
                new AppliedMasks(1, 0, 0, 0, 1, MaskedRow.count(masked)));
    }

    private int[] noisyIds(int[] ids, boolean[] masked) {
        int[] noisy = ids.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = masked[i] ? options.maskId() : noisy[i];
        }
        return noisy;
    }

    private int[] targets(int[] ids, boolean[] masked) {
        int[] targets = new int[ids.length];
        boolean strayCounts = options.rules() == MaskingRules.ORIGINAL;
        for (int i = 0; i < targets.length; i++) {
            boolean predicted = i > 0 || options.alignment().predictsFirst();
            boolean counts = predicted && (masked[i] || (strayCounts && ids[i] == options.maskId()));
            targets[i] = counts ? ids[i] : MaskedBatch.NOT_COUNTED;
        }
        return targets;
    }

    /**
     * Maskable positions, under the report's rules without mask ids of the text and without first positions of
     * documents that no row predicts.
     */
    private boolean[] candidates() {
        if (options.rules() == MaskingRules.ORIGINAL) {
            return maskable;
        }
        boolean[] candidates = maskable.clone();
        for (int i = 0; i < candidates.length; i++) {
            boolean first = i == 0 || segments[i] != segments[i - 1];
            boolean predicted = !first || options.alignment().predictsFirst();
            candidates[i] &= predicted && ids[i] != options.maskId();
        }
        return candidates;
    }
}
