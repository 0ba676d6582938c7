package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * Confidence = the proposed token's probability (MaskGIT, Chang et al. 2022), on the timestep schedule.
 *
 * @param algTemp 0 or positive, see {@link ScheduledSelector}
 */
public record MaskGitPlus(double algTemp) implements CommitPolicy {
    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "maskgit_plus",
            "the most probable tokens first",
            List.of(ScheduledSelector.ALG_TEMP),
            values -> new MaskGitPlus(values.number(ScheduledSelector.ALG_TEMP)));

    public MaskGitPlus {
        ScheduledSelector.ALG_TEMP.require(algTemp);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public boolean followsSchedule() {
        return true;
    }

    @Override
    public float confidence(Candidate candidate) {
        return candidate.probability();
    }

    @Override
    public Selector selector(BlockContext block) {
        return new ScheduledSelector(block, this::confidence, algTemp);
    }
}
