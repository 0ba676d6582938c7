package io.github.coda4j.cli;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicyFactory;
import io.github.coda4j.decode.commit.PolicyParameter;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/**
 * Which proposals a step commits: {@code --alg}, a flag for each parameter of the built-in policies, and
 * {@code --alg-param} for those of all others. Flags and help are made of the list of policies.
 */
@Command
final class PolicyFlags {
    private Optional<String> alg = Optional.empty();
    private final Map<PolicyParameter, Double> values = new LinkedHashMap<>();

    private Map<String, Double> byName = Map.of();

    @Spec(Spec.Target.MIXEE)
    void addFlags(CommandSpec command) {
        command.addOption(OptionSpec.builder("--alg")
                .paramLabel("NAME")
                .type(String.class)
                .description(algHelp())
                .setter(setter((String name) -> alg = Optional.ofNullable(name)))
                .build());
        Map<String, PolicyParameter> parameters = new LinkedHashMap<>();
        CommitPolicies.BUILT_IN.stream()
                .flatMap(factory -> factory.parameters().stream())
                .forEach(parameter -> parameters.putIfAbsent(parameter.name(), parameter));
        for (PolicyParameter parameter : parameters.values()) {
            command.addOption(OptionSpec.builder(Parameter.of(parameter).flag())
                    .paramLabel(parameter.label())
                    .type(Double.class)
                    .description(help(parameter.name()))
                    .setter(setter((Double value) -> values.put(parameter, value)))
                    .build());
        }
        command.addOption(OptionSpec.builder("--alg-param")
                .paramLabel("NAME=X")
                .type(LinkedHashMap.class)
                .auxiliaryTypes(String.class, Double.class)
                .splitRegex(",")
                .description("A parameter by name, for commit policies that are not built in;"
                        + " may be given several times.")
                .setter(setter((Map<String, Double> all) -> byName = all == null ? Map.of() : all))
                .build());
    }

    /** What is given, with what the flags say. */
    Given addTo(Given given) {
        Given all = given.with(Parameter.ALG, alg);
        for (Map.Entry<PolicyParameter, Double> value : values.entrySet()) {
            all = all.with(Parameter.of(value.getKey()), Optional.ofNullable(value.getValue()));
        }
        return byName.isEmpty() ? all : all.with(Parameter.ALG_PARAM, Map.copyOf(byName));
    }

    private static String[] algHelp() {
        List<String> lines = new ArrayList<>();
        lines.add("Which proposals a step commits (default: "
                + DecodeOptions.ofSteps(1).commit().name() + "):");
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            lines.add("- " + factory.name() + ": " + factory.summary());
        }
        lines.add("- the name of a CommitPolicyFactory on the class path (docs/extending)");
        return lines.toArray(String[]::new);
    }

    /** What the parameter is in each policy that has it; once where it is the same in all. */
    private static String[] help(String name) {
        Map<String, List<String>> policies = new LinkedHashMap<>();
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            for (PolicyParameter parameter : factory.parameters()) {
                if (parameter.name().equals(name)) {
                    String what = parameter.doc() + ", " + parameter.range() + " (default: "
                            + PolicyParameter.text(parameter.standard()) + ").";
                    policies.computeIfAbsent(what, _ -> new ArrayList<>()).add(factory.name());
                }
            }
        }
        return policies.entrySet().stream()
                .map(entry -> "With --alg " + String.join(", ", entry.getValue()) + ": " + entry.getKey())
                .toArray(String[]::new);
    }

    private static <V> ISetter setter(Consumer<V> consumer) {
        return new ISetter() {
            @Override
            @SuppressWarnings("unchecked") // picocli sets values of the option's type
            public <T> T set(T value) {
                consumer.accept((V) value);
                return null;
            }
        };
    }
}
