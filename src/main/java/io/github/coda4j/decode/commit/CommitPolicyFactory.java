package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * Makes a commit policy of its parameters, and describes both for help and documentation.
 *
 * <p>A policy that is not built in has a public factory with a public constructor without arguments, named in
 * {@code META-INF/services/io.github.coda4j.decode.commit.CommitPolicyFactory}; {@code --alg} takes the factory's class
 * name.
 */
public interface CommitPolicyFactory {
    /** What {@code --alg} calls the policy: the name of the class, except for the built-in ones. */
    default String name() {
        return getClass().getName();
    }

    /** One sentence by which a user can choose, without a full stop. */
    String summary();

    /** The parameters that the policy has, each with another name. */
    default List<PolicyParameter> parameters() {
        return List.of();
    }

    /**
     * Makes the policy.
     *
     * @param values a value in range for every parameter
     * @throws IllegalArgumentException when the values do not go together
     */
    CommitPolicy create(PolicyValues values);
}
