package io.github.coda4j.decode;

/**
 * A mask that became a token. Where a hole closed around a chosen pad, the pads that the policy did not choose have the
 * confidence and probability of the one that it did.
 *
 * @param step number of the step, from 0
 * @param position in the canvas
 * @param token id
 * @param confidence what the commit policy ranked it by, higher is better: a probability, a margin or a negative
 *     entropy
 * @param probability the token's probability after temperature and filters, in [0, 1]
 */
public record Commit(int step, int position, int token, float confidence, float probability) {}
