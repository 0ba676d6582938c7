package io.github.coda4j.decode.commit;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Nearest;
import java.util.List;
import java.util.Map;

/** Values of a policy's parameters: what was given, and the standard values behind it. */
public final class PolicyValues {
    private final Map<String, Double> given;

    private PolicyValues(Map<String, Double> given) {
        this.given = Map.copyOf(given);
    }

    /**
     * The values for a policy of that factory.
     *
     * @param given by parameter name
     * @throws IllegalArgumentException when one is out of range, or the policy has no such parameter
     */
    static PolicyValues of(CommitPolicyFactory factory, Map<String, Double> given) {
        List<String> names =
                factory.parameters().stream().map(PolicyParameter::name).toList();
        for (String name : given.keySet()) {
            check(
                    names.contains(name),
                    "alg %s has no parameter '%s'%s%s",
                    factory.name(),
                    name,
                    names.isEmpty() ? "" : ": it has " + String.join(", ", names),
                    Nearest.hint(name, names));
        }
        PolicyValues values = new PolicyValues(given);
        factory.parameters().forEach(values::number);
        return values;
    }

    /** The parameter's value, in its range. */
    public double number(PolicyParameter parameter) {
        return parameter.require(given.getOrDefault(parameter.name(), parameter.standard()));
    }

    /** The value of a parameter of whole numbers. */
    public int whole(PolicyParameter parameter) {
        check(parameter.range().whole(), "%s is not a parameter of whole numbers", parameter.name());
        return (int) number(parameter);
    }
}
