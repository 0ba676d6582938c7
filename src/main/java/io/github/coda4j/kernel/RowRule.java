package io.github.coda4j.kernel;

import static io.github.coda4j.Checks.check;

/**
 * How a row of logits becomes a proposal.
 *
 * @param temperature 0: the best token is proposed (the lowest id of equals); above 0: logits are divided by it and the
 *     token is drawn
 * @param topP in (0, 1]; 1 is off. A token stays when the probability of all better ones together is at most this
 * @param topK 0 is off. Otherwise every token at least as good as the k-th best stays
 * @param excludedToken an id that is removed before top-p and top-k, or -1
 * @param removed more ids that are removed before top-p and top-k
 * @param allowed empty, or the ids that are not removed before top-p and top-k: id i is bit i % 64 of word i / 64,
 *     words that are missing are 0
 */
public record RowRule(double temperature, double topP, int topK, int excludedToken, int[] removed, long[] allowed) {
    private static final int[] NO_IDS = {};
    private static final long[] ALL = {};

    /** A rule that removes one token at most, or with -1 none. */
    public RowRule(double temperature, double topP, int topK, int excludedToken) {
        this(temperature, topP, topK, excludedToken, NO_IDS, ALL);
    }

    /** The same without those ids. */
    public RowRule without(int[] ids) {
        return new RowRule(temperature, topP, topK, excludedToken, ids, allowed);
    }

    /** The same for those ids only. */
    public RowRule only(long[] bits) {
        return new RowRule(temperature, topP, topK, excludedToken, removed, bits);
    }

    /** Whether top-p or top-k may leave tokens out. */
    boolean cuts() {
        return topP < 1 || topK > 0;
    }

    void checkFits(int numTokens) {
        check(numTokens >= 1, "a row needs at least one logit, got %d", numTokens);
        check(excludedToken < numTokens, "the excluded token %d is none of %d ids", excludedToken, numTokens);
        for (int id : removed) {
            check(id >= 0 && id < numTokens, "the removed token %d is none of %d ids", id, numTokens);
        }
    }
}
