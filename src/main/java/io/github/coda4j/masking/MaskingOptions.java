package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.diffusion.Alignment;
import java.util.OptionalInt;

/**
 * What stays the same over a run of masking.
 *
 * @param maskId id that stands for a masked position
 * @param padId id that stands where S2 cut
 * @param seed key of all draws
 * @param alignment of the model that is trained: whether the first position of a document can be a target
 * @param strata how many rows in a row share one draw of noise levels, spread evenly over [0, 1) and wrapped around; 1
 *     draws each row's level for itself. Low-discrepancy levels of a whole batch take variance out of the loss (Kingma
 *     et al. 2021, appendix I.1)
 * @param noisyBlock positions of the blocks that have a noise level each (Arriola et al. 2025, "Block Diffusion",
 *     equation 8), counted from the beginning of each document; empty where a row has one
 */
public record MaskingOptions(
        int maskId, int padId, long seed, MaskingRules rules, Alignment alignment, int strata, OptionalInt noisyBlock) {
    public MaskingOptions {
        check(strata >= 1, "strata must be at least 1, got %d", strata);
        check(maskId >= 0 && padId >= 0, "mask id and pad id must not be negative, got %d and %d", maskId, padId);
        check(maskId != padId, "mask id and pad id must differ, both are %d", maskId);
        requireNonNull(rules, "rules is null");
        requireNonNull(alignment, "alignment is null");
        check(
                noisyBlock.isEmpty() || noisyBlock.getAsInt() >= 1,
                "a block of noise needs at least 1 position, got %s",
                noisyBlock);
    }

    /** Each row draws its noise level for itself. */
    public MaskingOptions(int maskId, int padId, long seed, MaskingRules rules, Alignment alignment) {
        this(maskId, padId, seed, rules, alignment, 1);
    }

    /** Each row has one noise level. */
    public MaskingOptions(int maskId, int padId, long seed, MaskingRules rules, Alignment alignment, int strata) {
        this(maskId, padId, seed, rules, alignment, strata, OptionalInt.empty());
    }

    /** The same with a noise level for each block of so many positions. */
    public MaskingOptions withNoisyBlock(int positions) {
        return new MaskingOptions(maskId, padId, seed, rules, alignment, strata, OptionalInt.of(positions));
    }

    /** The same with another key of all draws. */
    public MaskingOptions withSeed(long other) {
        return new MaskingOptions(maskId, padId, other, rules, alignment, strata, noisyBlock);
    }
}
