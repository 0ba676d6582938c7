package io.github.coda4j.kernel;

import java.util.Arrays;

/**
 * What else is wanted of a row of logits, and the answer: its best tokens and the log-probabilities of two. Logarithms
 * are natural. For one row at a time.
 */
public final class RowDetails {
    /** In {@link #ids}: there is no such token. */
    public static final int NO_TOKEN = -1;

    private final boolean beforeCuts;
    private final int otherToken;
    private final int[] askedTokens;
    private final float[] asked;
    private final int[] ids;
    private final float[] logProbabilities;
    private float proposed;
    private float other;

    /**
     * A question.
     *
     * @param count how many of the best tokens are wanted, 0 or more
     * @param otherToken an id whose log-probability is wanted, or -1
     * @param beforeCuts true for the softmax before top-p and top-k, false for the one that they leave. Removed tokens
     *     take part in neither
     */
    public RowDetails(int count, int otherToken, boolean beforeCuts) {
        this(count, otherToken, new int[0], beforeCuts);
    }

    /**
     * A question about more tokens.
     *
     * @param askedTokens ids whose log-probabilities are wanted too, see {@link #asked}
     */
    public RowDetails(int count, int otherToken, int[] askedTokens, boolean beforeCuts) {
        this.ids = new int[count];
        this.logProbabilities = new float[count];
        this.otherToken = otherToken;
        this.askedTokens = askedTokens;
        this.asked = new float[askedTokens.length];
        this.beforeCuts = beforeCuts;
    }

    /** The best tokens, of equals the lower id first; {@link #NO_TOKEN} at the end where there are fewer. */
    public int[] ids() {
        return ids;
    }

    /** Theirs; negative infinity where there is no token. */
    public float[] logProbabilities() {
        return logProbabilities;
    }

    /** That of the proposed token. */
    public float proposed() {
        return proposed;
    }

    /** That of the other token; negative infinity where it was removed, or cut and the softmax after the cuts asked. */
    public float other() {
        return other;
    }

    /** Those of the tokens that were asked for, in their order; negative infinity as for {@link #other}. */
    public float[] asked() {
        return asked;
    }

    boolean beforeCuts() {
        return beforeCuts;
    }

    int otherToken() {
        return otherToken;
    }

    /** Takes the best {@code found} tokens with their logits, and turns these into log-probabilities. */
    void setBest(int found, double logNormalizer) {
        for (int i = 0; i < found; i++) {
            logProbabilities[i] = (float) (logProbabilities[i] - logNormalizer);
        }
        Arrays.fill(ids, found, ids.length, NO_TOKEN);
        Arrays.fill(logProbabilities, found, ids.length, Float.NEGATIVE_INFINITY);
    }

    int[] askedTokens() {
        return askedTokens;
    }

    void setOther(float logit, double logNormalizer) {
        other = logProbability(logit, logNormalizer);
    }

    void setAsked(int index, float logit, double logNormalizer) {
        asked[index] = logProbability(logit, logNormalizer);
    }

    private static float logProbability(float logit, double logNormalizer) {
        return logit == LogitsRow.REMOVED ? Float.NEGATIVE_INFINITY : (float) (logit - logNormalizer);
    }

    void setProposed(float logit, double logNormalizer) {
        proposed = (float) (logit - logNormalizer);
    }
}
