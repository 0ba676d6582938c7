package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * Every proposal whose entropy is below tau, otherwise the one of lowest entropy (d3LLM's rule).
 *
 * @param tau in nats, positive
 */
public record EntropyThreshold(double tau) implements StepRule {
    static final PolicyParameter TAU = new PolicyParameter(
            "tau",
            "X",
            PolicyParameter.Range.positive(),
            0.45,
            "commit every proposal whose entropy is below so many nats; lower is safer");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "entropy_threshold",
            "all tokens whose alternatives are few enough",
            List.of(TAU),
            values -> new EntropyThreshold(values.number(TAU)));

    public EntropyThreshold {
        TAU.require(tau);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public float confidence(Candidate candidate) {
        return candidate.negativeEntropy();
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        double[] scores = candidates.stream()
                .mapToDouble(candidate -> 0.0 - EntropyBound.entropy(candidate))
                .toArray();
        return Ranking.allOrBest(scores, i -> EntropyBound.entropy(candidates.get(i)) < tau);
    }
}
