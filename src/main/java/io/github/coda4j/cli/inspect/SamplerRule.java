package io.github.coda4j.cli.inspect;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What cases call a rule, and the commit policy that it is here.
 *
 * @param columns of a forward that it reads
 * @param parameters each of the policy's by where the case has it
 */
record SamplerRule(
        String rule, String alg, Set<String> columns, Map<String, ToDoubleFunction<SamplerCase>> parameters) {
    private static final List<String> ORDERS = List.of("entropy", "p", "margin");

    private static final List<SamplerRule> ALL = List.of(
            of("threshold", "confidence_threshold", "p").with("threshold"),
            of("factor", "factor", "p").with("factor"),
            of("frechet", "frechet", "p").with("delta"),
            of("eb", "entropy_bound", "p", "m", "H").with("gamma").with("order", SamplerRule::order),
            of("entropy_threshold", "entropy_threshold", "H").with("tau"),
            of("hierarchy", "hierarchy", "p").with("anchor", "low").with("threshold"),
            of("localleap", "local_leap", "p").with("threshold").with("relaxed").with("radius"),
            of("certainty_density", "certainty_density", "p").with("sigma").with("per_step", "count"),
            of("prophet", "prophet", "p", "m")
                    .with("early_gap", "gaps", 0)
                    .with("middle_gap", "gaps", 1)
                    .with("late_gap", "gaps", 2)
                    .with("early_until", "phases", 0)
                    .with("middle_until", "phases", 1),
            of("less_light", "less_light", "p", "tokens")
                    .with("stable_threshold", "low")
                    .with("threshold", "high")
                    .with("history", "n"),
            of("klass", "klass", "rows")
                    .with("stable_threshold", "conf")
                    .with("kl")
                    .with("history", "n"),
            of("credit", "credit", "logits")
                    .with("credit_weight", "alpha")
                    .with("credit_decay", "beta")
                    .with("credit_power", "gamma")
                    .with("threshold"),
            of("saber", "saber", "p"),
            of("p2", "p2", "p"));

    /** The rule of that name, if there is such a policy. */
    static Optional<SamplerRule> find(String name) {
        return ALL.stream().filter(known -> known.rule.equals(name)).findFirst();
    }

    /** The policy with the case's parameters. */
    CommitPolicy policy(SamplerCase of) {
        Map<String, Double> values = new LinkedHashMap<>();
        parameters.forEach((name, value) -> values.put(name, value.applyAsDouble(of)));
        try {
            return CommitPolicies.of(alg, values);
        } catch (IllegalArgumentException e) {
            throw new CodaException(of.id() + ": " + e.getMessage(), e);
        }
    }

    private static SamplerRule of(String rule, String alg, String... columns) {
        return new SamplerRule(rule, alg, Set.of(columns), Map.of());
    }

    private SamplerRule with(String name) {
        return with(name, name);
    }

    private SamplerRule with(String name, String inCase) {
        return with(name, of -> of.parameter(inCase));
    }

    private SamplerRule with(String name, String list, int index) {
        return with(name, of -> of.parameter(list, index));
    }

    private SamplerRule with(String name, ToDoubleFunction<SamplerCase> value) {
        Map<String, ToDoubleFunction<SamplerCase>> all = new LinkedHashMap<>(parameters);
        all.put(name, value);
        return new SamplerRule(rule, alg, columns, all);
    }

    private static double order(SamplerCase of) {
        int order = ORDERS.indexOf(of.textParameter("order"));
        of.require(order >= 0, "params", "order", "one of " + String.join(", ", ORDERS));
        return order;
    }
}
