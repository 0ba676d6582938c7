package io.github.coda4j.decode.commit;

import java.util.List;

/** What the model proposes for a masked position, as a commit policy sees it. */
public interface Candidate {
    /** Position in the canvas. */
    int position();

    /** The proposed token's id. */
    int token();

    /** The proposed token's probability after temperature and filters, in [0, 1]. */
    float probability();

    /** Probability of the best token minus that of the second best, in [0, 1]. */
    float margin();

    /** The sum over all tokens of p * log(p + 1e-10), in nats: 0 is certain, more negative is less certain. */
    float negativeEntropy();

    /** The best tokens with their probabilities, best first: {@link CommitPolicy#numBest} of them. */
    default List<Scored> best() {
        return List.of();
    }

    /** What {@link Selector#asked} wanted to know of this position, in its order. */
    default List<Scored> asked() {
        return List.of();
    }

    /** For a position that holds a token already: that token's probability now. 0 for a mask. */
    default double standing() {
        return 0;
    }

    /** A token and its probability in [0, 1]. */
    record Scored(int token, double probability) {}

    /** The same position with another token of this probability, proposed instead. */
    default Candidate with(int newToken, float newProbability) {
        return of(position(), newToken, newProbability, margin(), negativeEntropy(), best(), asked(), standing());
    }

    /** A candidate with all that a policy may ask for. */
    static Candidate of(
            int position,
            int token,
            float probability,
            float margin,
            float negativeEntropy,
            List<Scored> best,
            List<Scored> asked,
            double standing) {
        record Full(
                int position,
                int token,
                float probability,
                float margin,
                float negativeEntropy,
                List<Scored> best,
                List<Scored> asked,
                double standing)
                implements Candidate {}
        return new Full(
                position, token, probability, margin, negativeEntropy, List.copyOf(best), List.copyOf(asked), standing);
    }

    /** A candidate of these values. */
    static Candidate of(int position, int token, float probability, float margin, float negativeEntropy) {
        record Values(int position, int token, float probability, float margin, float negativeEntropy)
                implements Candidate {}
        return new Values(position, token, probability, margin, negativeEntropy);
    }
}
