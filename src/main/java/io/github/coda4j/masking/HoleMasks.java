package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import java.util.Optional;

/** S4 at work: makes some rows rows of padded holes. */
final class HoleMasks {
    private final HolePadding padding;
    private final int padId;

    /** @param padId id that fills what is left of a hole */
    HoleMasks(HolePadding padding, int padId, MaskingOptions options) {
        check(
                padId != options.maskId(),
                "%s is the mask: holes need a pad token that is something else",
                padding.padToken());
        this.padding = padding;
        this.padId = padId;
    }

    /**
     * The row masked as one of holes; empty where it is not drawn to be one, or nothing of it may be masked where its
     * holes fell.
     *
     * @param eps least noise level
     */
    Optional<MaskedRow> mask(NoisyRow row, int epoch, double eps, MaskDraws draws, long number) {
        HolePadding.Levels levels = padding.at(epoch);
        if (draws.holes(number) >= levels.probability()) {
            return Optional.empty();
        }
        PaddedRow padded = row.padded(levels, padding.mostHoles(), padId);
        if (!padded.hasHoles()) {
            return Optional.empty();
        }
        float sigma = draws.wholeHoles(number) < 0.5 ? 1 : row.sigma(eps);
        return Optional.of(row.masked(padded, sigma));
    }
}
