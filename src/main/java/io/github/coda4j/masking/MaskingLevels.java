package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import java.util.List;

/**
 * How strongly the sequences of one step are masked.
 *
 * @param prefixProbability S1: a row keeps a prefix unmasked, in [0, 1]
 * @param truncateProbability S2: a row without S1 is cut, in [0, 1]
 * @param blockProbability S3: blocks of tokens are masked together, in [0, 1]
 * @param blockSizes sizes that S3 draws from, in positions, each at least 1
 * @param eps the least noise level, in (0, 1)
 * @param promptShare share of a document's prompt that is given unmasked, in [0, 1]; 1 is all of it
 */
public record MaskingLevels(
        double prefixProbability,
        double truncateProbability,
        double blockProbability,
        List<Integer> blockSizes,
        double eps,
        double promptShare) {
    public MaskingLevels {
        Curriculum.checkShare("prefix probability", prefixProbability);
        Curriculum.checkShare("truncate probability", truncateProbability);
        Curriculum.checkShare("block probability", blockProbability);
        Curriculum.checkShare("prompt share", promptShare);
        Curriculum.checkEps(eps);
        blockSizes = List.copyOf(blockSizes);
        blockSizes.forEach(size -> check(size >= 1, "a block size must be at least 1, got %d", size));
    }

    /** Noise alone: every maskable position with the row's noise level, without S1, S2 and S3. */
    public static MaskingLevels plain(double eps) {
        return new MaskingLevels(0, 0, 0, List.of(), eps, 1);
    }
}
