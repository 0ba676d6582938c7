package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

import java.util.Objects;
import java.util.Optional;

/**
 * What the model proposes for the wanted positions of one plan; the arrays run in step with {@code positions}.
 *
 * @param positions the positions asked for
 * @param tokens the proposed token of each
 * @param probability the proposed token's probability after temperature and filters
 * @param margin probability of the best token minus that of the second best
 * @param negativeEntropy sum over tokens of p * log(p + 1e-10); 0 is certain, more negative is less certain
 * @param details what the plan wanted to know beside these, if anything
 */
public record Proposals(
        int[] positions,
        int[] tokens,
        float[] probability,
        float[] margin,
        float[] negativeEntropy,
        Optional<ProposalDetails> details) {
    public Proposals {
        Objects.requireNonNull(details, "details are null");
        int n = positions.length;
        check(
                tokens.length == n && probability.length == n && margin.length == n && negativeEntropy.length == n,
                "every array of proposals must have %d entries",
                n);
    }

    /** Proposals without details, to be filled in. */
    public Proposals(int[] positions) {
        this(positions, Optional.empty());
    }

    private Proposals(int[] positions, Optional<ProposalDetails> details) {
        this(
                positions,
                new int[positions.length],
                new float[positions.length],
                new float[positions.length],
                new float[positions.length],
                details);
    }

    /** Proposals without details. */
    public Proposals(int[] positions, int[] tokens, float[] probability, float[] margin, float[] negativeEntropy) {
        this(positions, tokens, probability, margin, negativeEntropy, Optional.empty());
    }

    /** What the plan wants, to be filled in. */
    public static Proposals of(ForwardPlan plan) {
        return new Proposals(
                plan.positions(), plan.details().map(request -> ProposalDetails.empty(request, plan.positions())));
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
