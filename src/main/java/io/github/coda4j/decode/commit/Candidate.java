package io.github.coda4j.decode.commit;

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

    /** A candidate of these values. */
    static Candidate of(int position, int token, float probability, float margin, float negativeEntropy) {
        record Values(int position, int token, float probability, float margin, float negativeEntropy)
                implements Candidate {}
        return new Values(position, token, probability, margin, negativeEntropy);
    }
}
