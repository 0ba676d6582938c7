package io.github.coda4j.decode.commit;

/**
 * Confidence = negative entropy, the sum of p * log(p + 1e-10) (Dream, Ye et al. 2025), on the timestep schedule.
 *
 * @param algTemp 0 or positive, see {@link ScheduledSelector}
 */
public record Entropy(double algTemp) implements ScheduledPolicy {
    static final CommitPolicyFactory FACTORY =
            ScheduledPolicy.factory("entropy", "positions of which the model is surest first", Entropy::new);

    public Entropy {
        ScheduledSelector.ALG_TEMP.require(algTemp);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public float confidence(Candidate candidate) {
        return candidate.negativeEntropy();
    }
}
