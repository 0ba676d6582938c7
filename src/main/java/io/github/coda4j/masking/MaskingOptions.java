package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.diffusion.Alignment;

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
 */
public record MaskingOptions(int maskId, int padId, long seed, MaskingRules rules, Alignment alignment, int strata) {
    public MaskingOptions {
        check(strata >= 1, "strata must be at least 1, got %d", strata);
        check(maskId >= 0 && padId >= 0, "mask id and pad id must not be negative, got %d and %d", maskId, padId);
        check(maskId != padId, "mask id and pad id must differ, both are %d", maskId);
        requireNonNull(rules, "rules is null");
        requireNonNull(alignment, "alignment is null");
    }

    /** Each row draws its noise level for itself. */
    public MaskingOptions(int maskId, int padId, long seed, MaskingRules rules, Alignment alignment) {
        this(maskId, padId, seed, rules, alignment, 1);
    }

    /** The same with another key of all draws. */
    public MaskingOptions withSeed(long other) {
        return new MaskingOptions(maskId, padId, other, rules, alignment, strata);
    }
}
