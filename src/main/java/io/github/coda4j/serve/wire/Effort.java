package io.github.coda4j.serve.wire;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.Setting;
import io.github.coda4j.generate.request.ValueSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much work an answer is worth: the less, the more tokens a step commits. What each rule gains and loses in holes
 * is in docs/samplers.md.
 */
public enum Effort {
    /** The fewest forwards; a point of token accuracy is lost, and of twenty files one parses no longer. */
    LOW("factor", Map.of("factor", 1.25), 0.7),
    /** Fewer forwards where the text is easy; nothing measurable is lost. */
    MEDIUM("hierarchy", Map.of("anchor", 0.2, "threshold", 0.9), 0.9),
    /** A token a step: what is decoded when nothing is said. */
    HIGH("", Map.of(), 1);

    /** The rule that goes with everything. */
    private static final String ANY = "confidence_threshold";

    private static final List<String> FIELDS = List.of("effort", "reasoning_effort");

    /** Tokens that are decoded together. */
    private static final int BLOCK = 32;

    /** Where tokens are the most probable ones: it reads the model's probabilities as they are. */
    private final String rule;

    private final Map<String, Double> parameters;
    /** Otherwise, and where the request says another one: what is at least as probable is committed. */
    private final double threshold;

    Effort(String rule, Map<String, Double> parameters, double threshold) {
        this.rule = rule;
        this.parameters = parameters;
        this.threshold = threshold;
    }

    /** What the body says; empty when it says nothing. */
    static Optional<Effort> of(Fields body) {
        for (String field : FIELDS) {
            Optional<String> named = body.text(field);
            if (named.isPresent()) {
                return Optional.of(
                        switch (named.get()) {
                            case "instant", "none", "minimal", "low" -> LOW;
                            case "medium" -> MEDIUM;
                            case "high", "xhigh" -> HIGH;
                            default -> throw body.wrong(field, "low, medium or high");
                        });
            }
        }
        return Optional.empty();
    }

    /**
     * Its decode options, which stand behind what the request says.
     *
     * @param blocks whether the answer may be cut into blocks, without which no step can commit more than its share
     * @param sources what else is said, the request first
     */
    public Given settings(boolean blocks, List<ValueSource> sources) {
        if (this == HIGH) {
            return Given.inJava();
        }
        boolean best = takesTheBest(sources) && saysNothing(sources.getFirst());
        Given given = Given.inJava()
                .with(Parameter.ALG, best ? rule : ANY)
                .with(Parameter.ALG_PARAM, best ? parameters : Map.of("threshold", threshold));
        return blocks ? given.with(Parameter.BLOCK_LENGTH, BLOCK) : given;
    }

    private static boolean takesTheBest(List<ValueSource> sources) {
        return is(sources, Parameter.TEMPERATURE, 0.0)
                && is(sources, Parameter.TOP_P, 1.0)
                && is(sources, Parameter.TOP_K, 0);
    }

    private static <T> boolean is(List<ValueSource> sources, Parameter<T> parameter, T neutral) {
        return sources.stream()
                .flatMap(source -> source.find(parameter).stream())
                .findFirst()
                .map(Setting::value)
                .orElse(neutral)
                .equals(neutral);
    }

    /** Of the threshold. */
    private static boolean saysNothing(ValueSource request) {
        return request.find(Parameter.ALG_PARAM).isEmpty()
                && CommitPolicies.find(ANY).orElseThrow().parameters().stream()
                        .allMatch(parameter ->
                                request.find(Parameter.of(parameter)).isEmpty());
    }
}
