package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * Confidence = negative entropy, the sum of p * log(p + 1e-10) (Dream, Ye et al. 2025), on the timestep schedule.
 *
 * @param algTemp 0 or positive, see {@link ScheduledSelector}
 */
public record Entropy(double algTemp) implements CommitPolicy {
    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "entropy",
            "positions of which the model is surest first",
            List.of(ScheduledSelector.ALG_TEMP),
            values -> new Entropy(values.number(ScheduledSelector.ALG_TEMP)));

    public Entropy {
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
        return candidate.negativeEntropy();
    }

    @Override
    public Selector selector(BlockContext block) {
        return new ScheduledSelector(block, this::confidence, algTemp);
    }
}
