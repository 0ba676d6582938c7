package io.github.coda4j.serve.wire;

import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much work an answer is worth. The less, the more tokens a step commits: all those that are at least as probable
 * as the threshold. What each threshold gains and loses in holes is in docs/quality.md.
 */
public enum Effort {
    /** The fewest forwards; a point or two of token accuracy is lost. */
    LOW(0.7),
    /** Fewer forwards where the text is easy; nothing measurable is lost. */
    MEDIUM(0.9),
    /** A token a step: what is decoded when nothing is said. */
    HIGH(1);

    private static final List<String> FIELDS = List.of("effort", "reasoning_effort");

    /** Tokens that are decoded together. */
    private static final int BLOCK = 32;

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

    /**
     * Its decode options, which stand behind what the request says.
     *
     * @param blocks whether the answer may be cut into blocks, without which no step can commit more than its share
     */
    public Given settings(boolean blocks) {
        if (this == HIGH) {
            return Given.inJava();
        }
        Given given = Given.inJava()
                .with(Parameter.ALG, "confidence_threshold")
                .with(Parameter.ALG_PARAM, Map.of("threshold", threshold));
        return blocks ? given.with(Parameter.BLOCK_LENGTH, BLOCK) : given;
    }
}
