package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.generate.request.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How much work an answer is worth. The less, the more tokens a step commits: all those that are at least as probable
 * as the threshold.
 */
enum Effort {
    /** Half of the forwards or fewer. */
    LOW(0.6),
    /** As good as a token a step on easy text. */
    MEDIUM(0.9),
    /** A token a step: what is decoded when nothing is said. */
    HIGH(1);

    private static final List<String> FIELDS = List.of("effort", "reasoning_effort");

    private final double threshold;

    Effort(double threshold) {
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

    /** Puts its policy among the decode options; a policy that is named there beats it. */
    void addTo(ObjectNode decode) {
        if (this != HIGH && !decode.has(Parameter.ALG.name())) {
            decode.put(Parameter.ALG.name(), "confidence_threshold");
            if (!decode.has("threshold")) {
                decode.put("threshold", threshold);
            }
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
