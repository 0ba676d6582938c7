package io.github.coda4j.decode.commit;

/**
 * Confidence = probability of the best token minus that of the second (Kim et al. 2025), on the timestep schedule.
 *
 * @param algTemp 0 or positive, see {@link ScheduledSelector}
 */
public record TopKMargin(double algTemp) implements ScheduledPolicy {
    static final CommitPolicyFactory FACTORY = ScheduledPolicy.factory(
            "topk_margin", "tokens that are far ahead of the second best first", TopKMargin::new);

    public TopKMargin {
        ScheduledSelector.ALG_TEMP.require(algTemp);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public float confidence(Candidate candidate) {
        return candidate.margin();
    }
}
