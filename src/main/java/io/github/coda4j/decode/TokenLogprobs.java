package io.github.coda4j.decode;

import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Sampling;
import java.util.ArrayList;
import java.util.List;

/**
 * Natural logarithms of the probabilities that the tokens of a position had when one of them was committed: of the
 * softmax of the logits divided by the temperature if it is above 0, whatever top-p and top-k leave.
 *
 * @param own of the committed token, 0 or negative
 * @param best the best tokens, the best first: as many as were wanted and may be proposed
 */
public record TokenLogprobs(float own, List<Scored> best) {
    /** A token and its log-probability. */
    public record Scored(int token, float logprob) {}

    public TokenLogprobs {
        best = List.copyOf(best);
    }

    /**
     * Those of the position of that index.
     *
     * @param own of the committed token
     * @param most how many of the best tokens
     */
    static TokenLogprobs of(ProposalDetails details, int index, float own, int most) {
        int first = index * details.request().candidates();
        List<Scored> best = new ArrayList<>();
        for (int i = first; i < first + most && details.candidates()[i] != Sampling.NO_TOKEN; i++) {
            best.add(new Scored(details.candidates()[i], details.logProbabilities()[i]));
        }
        return new TokenLogprobs(own, best);
    }
}
