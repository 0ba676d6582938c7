package io.github.coda4j.kernel;

/**
 * What a row of logits proposes.
 *
 * @param token the proposed id
 * @param probability its probability after temperature and filters, in [0, 1]; NaN when the row holds a NaN
 * @param margin probability of the best token minus that of the second best (of the best alone if there is one token)
 * @param negativeEntropy sum over tokens of p * log(p + 1e-10), natural logarithm; NaN when the row holds a NaN
 */
public record RowProposal(int token, float probability, float margin, float negativeEntropy) {}
