package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

/**
 * What stays the same over a run of masking.
 *
 * @param maskId id that stands for a masked position
 * @param padId id that stands where S2 cut
 * @param seed key of all draws
 */
public record MaskingOptions(int maskId, int padId, long seed, MaskingRules rules) {
    public MaskingOptions {
        check(maskId >= 0 && padId >= 0, "mask id and pad id must not be negative, got %d and %d", maskId, padId);
        check(maskId != padId, "mask id and pad id must differ, both are %d", maskId);
        requireNonNull(rules, "rules is null");
    }
}
