package io.github.coda4j.generate.request;

import io.github.coda4j.Nearest;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.CommitPolicyFactory;
import io.github.coda4j.decode.commit.PolicyParameter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commit policy that a request and the sources behind it ask for, with its parameters.
 *
 * @param alg what names it
 */
record PolicyChoice(Setting<String> alg, CommitPolicy policy) {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyChoice.class);
    private static final String DEFAULT_ALG = DecodeOptions.ofSteps(1).commit().name();
    /** What CoDA's own generation_config.json says; the original's code refuses it. */
    private static final String UNKNOWN_ALG_OF_CODA = "original";

    static PolicyChoice of(Values values) {
        Setting<String> alg = alg(values);
        CommitPolicyFactory factory = factory(alg);
        Map<String, Double> own = new HashMap<>();
        for (Map.Entry<String, Setting<Double>> found : found(values).entrySet()) {
            Setting<Double> setting = found.getValue();
            parameter(factory, found.getKey())
                    .ifPresentOrElse(
                            parameter -> own.put(found.getKey(), inRange(parameter, setting)),
                            () -> refuseOrLeaveOut(values, alg, factory, found.getKey(), setting));
        }
        try {
            return new PolicyChoice(alg, CommitPolicies.create(factory, own));
        } catch (IllegalArgumentException e) {
            throw alg.wrong(alg.value() + " cannot be made: " + e.getMessage());
        }
    }

    /**
     * Refuses a value of the request that has no effect with this policy; one that stands behind the request is left
     * out.
     */
    void withoutEffect(Setting<?> setting, String remedy) {
        withoutEffect(alg, setting, remedy);
    }

    /**
     * Refuses a value of the request that contradicts this policy; one that stands behind the request is left out.
     *
     * @param why what the policy is or does, to be put after its name
     */
    void against(Setting<?> setting, String why) {
        if (setting.isOfRequest()) {
            throw new WrongValueException(
                    setting.name(),
                    String.format(Locale.ROOT, "%s does not go with %s, %s: leave it out", setting, alg, why));
        }
        LOG.info("{} does not go with {}, {}: it is left out", setting, alg, why);
    }

    private static void withoutEffect(Setting<String> alg, Setting<?> setting, String remedy) {
        if (setting.isOfRequest()) {
            throw new WrongValueException(
                    setting.name(),
                    String.format(Locale.ROOT, "%s has no effect with %s: leave it out%s", setting, alg, remedy));
        }
        LOG.info("{} has no effect with {} and is left out", setting, alg);
    }

    private static Setting<String> alg(Values values) {
        Setting<String> alg = values.findOr(Parameter.ALG, DEFAULT_ALG);
        if (alg.isOfFile() && alg.value().equals(UNKNOWN_ALG_OF_CODA)) {
            LOG.info("{} is '{}', which no code of CoDA knows: taking {}", alg.name(), alg.value(), DEFAULT_ALG);
            return Setting.ofDefault(DEFAULT_ALG, values.name(Parameter.ALG));
        }
        return alg;
    }

    private static CommitPolicyFactory factory(Setting<String> alg) {
        Optional<CommitPolicyFactory> found;
        try {
            found = CommitPolicies.find(alg.value());
        } catch (IllegalArgumentException e) {
            throw alg.wrong(alg.value() + " cannot be used: " + e.getMessage());
        }
        return found.orElseThrow(() -> alg.wrong(CommitPolicies.unknown(alg.value())));
    }

    /**
     * The strongest value of each parameter. Those of the built-in policies have names of their own in every source;
     * those of all policies can be given by name together, see {@link Parameter#ALG_PARAM}.
     */
    private static Map<String, Setting<Double>> found(Values values) {
        Map<String, Setting<Double>> found = new LinkedHashMap<>();
        CommitPolicies.BUILT_IN.stream()
                .flatMap(factory -> factory.parameters().stream())
                .distinct()
                .forEach(parameter -> values.sources().stream()
                        .flatMap(source ->
                                find(source, parameter).map(setting -> values.ranked(source, setting)).stream())
                        .findFirst()
                        .ifPresent(setting -> found.putIfAbsent(parameter.name(), setting)));
        for (ValueSource source : values.sources()) {
            byName(source).forEach((name, setting) -> found.putIfAbsent(name, values.ranked(source, setting)));
        }
        return found;
    }

    private static Optional<Setting<Double>> find(ValueSource source, PolicyParameter parameter) {
        Optional<Setting<Double>> direct = source.find(Parameter.of(parameter));
        Optional<Setting<Double>> named = Optional.ofNullable(byName(source).get(parameter.name()));
        if (direct.isPresent() && named.isPresent()) {
            throw named.get().wrong("says what " + direct.get().name() + " says: leave one of them out");
        }
        return direct.or(() -> named);
    }

    private static Map<String, Setting<Double>> byName(ValueSource source) {
        Map<String, Setting<Double>> settings = new LinkedHashMap<>();
        source.find(Parameter.ALG_PARAM)
                .ifPresent(all -> all.value()
                        .forEach((name, value) ->
                                settings.put(name, new Setting<>(value, all.origin(), source.nameOf(all, name)))));
        return settings;
    }

    private static double inRange(PolicyParameter parameter, Setting<Double> setting) {
        return setting.require(parameter.range()::contains, parameter.range().toString())
                .value();
    }

    /** A value for a parameter that the policy does not have. */
    private static void refuseOrLeaveOut(
            Values values, Setting<String> alg, CommitPolicyFactory factory, String name, Setting<Double> setting) {
        List<CommitPolicyFactory> having = CommitPolicies.BUILT_IN.stream()
                .filter(other -> parameter(other, name).isPresent())
                .toList();
        if (having.isEmpty()) {
            List<String> names =
                    factory.parameters().stream().map(PolicyParameter::name).toList();
            String there = names.isEmpty() ? ", which has none" : ": it has " + String.join(", ", names);
            throw setting.wrong("is no parameter of " + alg + there + Nearest.hint(name, names));
        }
        PolicyParameter parameter = parameter(having.getFirst(), name).orElseThrow();
        boolean off = parameter.off() && inRange(parameter, setting) == parameter.standard();
        if (!off) {
            String others = having.stream().map(CommitPolicyFactory::name).collect(Collectors.joining(", "));
            withoutEffect(alg, setting, " or use " + values.name(Parameter.ALG) + " " + others);
        }
    }

    private static Optional<PolicyParameter> parameter(CommitPolicyFactory factory, String name) {
        return factory.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst();
    }
}
