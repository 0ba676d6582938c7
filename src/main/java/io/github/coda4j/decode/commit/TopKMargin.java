package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * Confidence = probability of the best token minus that of the second (Kim et al. 2025), on the timestep schedule.
 *
 * @param algTemp 0 or positive, see {@link ScheduledSelector}
 */
public record TopKMargin(double algTemp) implements CommitPolicy {
    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "topk_margin",
            "tokens that are far ahead of the second best first",
            List.of(ScheduledSelector.ALG_TEMP),
            values -> new TopKMargin(values.number(ScheduledSelector.ALG_TEMP)));

    public TopKMargin {
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
        return candidate.margin();
    }

    @Override
    public Selector selector(BlockContext block) {
        return new ScheduledSelector(block, this::confidence, algTemp);
    }
}
