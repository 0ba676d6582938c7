package io.github.coda4j.decode.commit;

import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A policy that commits the candidates of highest confidence, as many as the timestep schedule says; see
 * {@link ScheduledSelector}. What the confidence is, is the whole of it.
 */
interface ScheduledPolicy extends CommitPolicy {
    /** 0 or positive: the softness of the order. */
    double algTemp();

    @Override
    float confidence(Candidate candidate);

    @Override
    default boolean followsSchedule() {
        return true;
    }

    @Override
    default Selector selector(BlockContext block) {
        return new ScheduledSelector(block, this::confidence, algTemp());
    }

    /** A factory that makes the policy from its softness. */
    static CommitPolicyFactory factory(String name, String summary, DoubleFunction<CommitPolicy> making) {
        return new BuiltIn(
                name,
                summary,
                List.of(ScheduledSelector.ALG_TEMP),
                values -> making.apply(values.number(ScheduledSelector.ALG_TEMP)));
    }
}
