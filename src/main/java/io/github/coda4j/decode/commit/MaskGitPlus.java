package io.github.coda4j.decode.commit;

/**
 * Confidence = the proposed token's probability (MaskGIT, Chang et al. 2022), on the timestep schedule.
 *
 * @param algTemp 0 or positive, see {@link ScheduledSelector}
 */
public record MaskGitPlus(double algTemp) implements ScheduledPolicy {
    static final CommitPolicyFactory FACTORY =
            ScheduledPolicy.factory("maskgit_plus", "the most probable tokens first", MaskGitPlus::new);

    public MaskGitPlus {
        ScheduledSelector.ALG_TEMP.require(algTemp);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public float confidence(Candidate candidate) {
        return candidate.probability();
    }
}
