package io.github.coda4j.decode.commit;

import java.util.List;
import java.util.function.Function;

/** The factory of a policy of ours, which has a short name. */
record BuiltIn(
        String name, String summary, List<PolicyParameter> parameters, Function<PolicyValues, CommitPolicy> making)
        implements CommitPolicyFactory {
    @Override
    public CommitPolicy create(PolicyValues values) {
        return making.apply(values);
    }
}
