package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

/**
 * What the model proposes for the wanted positions of one plan; the arrays run in step with {@code positions}.
 *
 * @param positions the positions asked for
 * @param tokens the proposed token of each
 * @param probability the proposed token's probability after temperature and filters
 * @param margin probability of the best token minus that of the second best
 * @param negativeEntropy sum over tokens of p * log(p + 1e-10); 0 is certain, more negative is less certain
 */
public record Proposals(int[] positions, int[] tokens, float[] probability, float[] margin, float[] negativeEntropy) {
    public Proposals {
        int n = positions.length;
        check(
                tokens.length == n && probability.length == n && margin.length == n && negativeEntropy.length == n,
                "every array of proposals must have %d entries",
                n);
    }

    public Proposals(int[] positions) {
        this(
                positions,
                new int[positions.length],
                new float[positions.length],
                new float[positions.length],
                new float[positions.length]);
    }

    /** Fills in entry {@code index}. */
    public void set(int index, int token, float tokenProbability, float tokenMargin, float tokenNegativeEntropy) {
        tokens[index] = token;
        probability[index] = tokenProbability;
        margin[index] = tokenMargin;
        negativeEntropy[index] = tokenNegativeEntropy;
    }

    public int size() {
        return positions.length;
    }
}
