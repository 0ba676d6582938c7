package io.github.coda4j.generate;

import io.github.coda4j.decode.TokenLogprobs;
import java.util.Optional;

/**
 * A position got its token.
 *
 * @param step index of the step within its request, from 0
 * @param position index in the sequence, prompt included; of a document that is too long, in that of its window
 * @param token the committed id
 * @param confidence as the commit policy ranks it, higher is better: a probability, a margin or a negative entropy
 * @param probability the token's probability after temperature and filters, in [0, 1]
 * @param logprobs log-probabilities, where the decode options want them
 */
public record CommitEvent(
        int step, int position, int token, float confidence, float probability, Optional<TokenLogprobs> logprobs) {
    /** Without log-probabilities. */
    public CommitEvent(int step, int position, int token, float confidence, float probability) {
        this(step, position, token, confidence, probability, Optional.empty());
    }

    /** The same, that many steps later. */
    CommitEvent later(int steps) {
        return new CommitEvent(step + steps, position, token, confidence, probability, logprobs);
    }
}
