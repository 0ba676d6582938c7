package io.github.coda4j.decode;

import java.util.Optional;

/**
 * A mask that became a token. Where a hole closes around a chosen pad, the pads that follow from one further left have
 * probability 1, so that the probabilities of a hole multiply to that of its answer, and the confidence of the chosen
 * one.
 *
 * @param step number of the step, from 0
 * @param position in the canvas
 * @param token id
 * @param confidence what the commit policy ranked it by, higher is better: a probability, a margin or a negative
 *     entropy
 * @param probability the token's probability after temperature and filters, in [0, 1]
 * @param logprobs log-probabilities, where the options want them
 */
public record Commit(
        int step, int position, int token, float confidence, float probability, Optional<TokenLogprobs> logprobs) {
    /** Without log-probabilities. */
    public Commit(int step, int position, int token, float confidence, float probability) {
        this(step, position, token, confidence, probability, Optional.empty());
    }
}
