package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From sequences to masked examples: prompt conditioning, S1, S2, a noise level for each row, then masks token by token
 * or in blocks (S3); or padded holes (S4). Every draw is keyed by (seed, step, row of the global batch). Holds no
 * state; safe for use by several threads.
 */
public final class Noising {
    private static final int HELD_OUT = 1;

    private final MaskingOptions options;
    private final Curriculum curriculum;
    private final Optional<HoleMasks> holes;

    /** @throws IllegalArgumentException when the curriculum masks blocks at some time without sizes to draw from */
    public Noising(MaskingOptions options, Curriculum curriculum) {
        this(options, curriculum, Optional.empty());
    }

    /** The same, with holes in some rows of a training step. */
    Noising(MaskingOptions options, Curriculum curriculum, Optional<HoleMasks> holes) {
        this.holes = holes;
        this.options = requireNonNull(options, "options is null");
        this.curriculum = requireNonNull(curriculum, "curriculum is null");
        boolean blocks = curriculum.blockProbability().stream().anyMatch(p -> p > 0);
        boolean sizes = curriculum.blockSizes().stream().noneMatch(stage -> stage.isEmpty());
        check(
                options.noisyBlock().isEmpty() || !blocks && holes.isEmpty(),
                "blocks with a noise level each are masked token by token and have no holes");
        check(!blocks || sizes, "block masking needs block sizes: each stage of them must name at least one");
    }

    /** The levels in force at each step. */
    public Curriculum curriculum() {
        return curriculum;
    }

    /**
     * Masks rows of a step's batch.
     *
     * @param batch B rows of T positions, T at least 2
     * @param step from 0
     * @param firstRow number of the batch's first row in the global batch of the step, from 0
     */
    public Noised apply(PackedBatch batch, long step, long firstRow) {
        MaskingLevels levels = curriculum.at(step);
        MaskDraws draws = MaskDraws.keyed(options.seed(), step);
        int epoch = curriculum.epochOf(step);
        return apply(
                batch,
                levels,
                draws,
                firstRow,
                (row, number) -> holes.flatMap(holeMasks -> holeMasks.mask(row, epoch, levels.eps(), draws, number)));
    }

    /**
     * Masks held-out rows, at every call with the same draws: losses at different steps differ by the model alone.
     *
     * @param firstRow number of the batch's first row among all held-out rows, from 0
     * @param levels for example {@link MaskingLevels#plain}
     */
    public Noised heldOut(PackedBatch batch, long firstRow, MaskingLevels levels) {
        return apply(batch, levels, MaskDraws.keyed(CounterRandom.key(options.seed(), HELD_OUT), 0), firstRow);
    }

    Noised apply(PackedBatch batch, MaskingLevels levels, MaskDraws draws, long firstRow) {
        return apply(batch, levels, draws, firstRow, (_, _) -> Optional.empty());
    }

    /** S4 for one row, if it is drawn for it. */
    @FunctionalInterface
    private interface Holes {
        Optional<MaskedRow> mask(NoisyRow row, long number);
    }

    private Noised apply(PackedBatch batch, MaskingLevels levels, MaskDraws draws, long firstRow, Holes rowHoles) {
        int length = batch.length();
        check(length >= 2, "a row needs at least 2 positions to be masked, got %d", length);
        boolean allInBlocks = options.rules() == MaskingRules.ORIGINAL && levels.blockProbability() > 0;
        int sizeOfAll = allInBlocks
                ? levels.blockSizes()
                        .get(draws.blockSizeOfAll(levels.blockSizes().size()))
                : 1;
        List<MaskedRow> rows = new ArrayList<>();
        for (int b = 0; b < batch.rows(); b++) {
            NoisyRow row = new NoisyRow(options, batch, b, draws, firstRow + b);
            rows.add(rowHoles.mask(row, firstRow + b).orElseGet(() -> mask(row, levels, allInBlocks, sizeOfAll)));
        }
        return MaskedRow.together(rows);
    }

    private MaskedRow mask(NoisyRow row, MaskingLevels levels, boolean allInBlocks, int sizeOfAll) {
        row.givePrompt(levels.promptShare());
        boolean prefix = row.protectPrefix(levels.prefixProbability());
        boolean truncated = !prefix && row.truncate(levels.truncateProbability());
        if (options.noisyBlock().isPresent()) {
            float[] sigmas = row.sigmas(levels.eps(), options.noisyBlock().getAsInt());
            boolean[] masked = row.mask(sigmas);
            return row.masked(masked, sigmas, applied(prefix, truncated, false, masked));
        }
        float sigma = row.sigma(levels.eps());
        int size = allInBlocks ? sizeOfAll : row.blockSize(levels);
        boolean[] masked = row.mask(sigma, size);
        return row.masked(masked, sigma, applied(prefix, truncated, allInBlocks || size > 1, masked));
    }

    private static AppliedMasks applied(boolean prefix, boolean truncated, boolean inBlocks, boolean[] masked) {
        return new AppliedMasks(1, prefix ? 1 : 0, truncated ? 1 : 0, inBlocks ? 1 : 0, MaskedRow.count(masked));
    }
}
