package io.github.coda4j.decode.commit;

import java.util.Arrays;
import java.util.List;

/**
 * The most probable proposals, as many as their probabilities alone vouch for together: c(1) + ... + c(n) - (n - 1) is
 * the least joint probability that n marginals allow (Frechet's bound), 1 - c(n) the most that a rival of the weakest
 * can have; the largest n whose difference of the two is above delta, at least one (Fast-dLLM++, arXiv 2606.02955).
 * With equal probabilities this is {@link Factor} of 1 - delta.
 *
 * @param delta in [-1, 1]
 */
public record Frechet(double delta) implements StepRule {
    static final PolicyParameter DELTA = new PolicyParameter(
            "delta",
            "X",
            PolicyParameter.Range.between(-1, 1),
            0.25,
            "by how much the least joint probability must exceed that of the weakest token's rivals; higher is safer");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "frechet",
            "as many of the best tokens as their probabilities vouch for together",
            List.of(DELTA),
            values -> new Frechet(values.number(DELTA)));

    public Frechet {
        DELTA.require(delta);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        return Ranking.prefix(Ranking.probabilities(candidates), (n, best) -> {
            double joint = Arrays.stream(best, 0, n).sum() - (n - 1);
            return joint - (1 - best[n - 1]) > delta;
        });
    }
}
