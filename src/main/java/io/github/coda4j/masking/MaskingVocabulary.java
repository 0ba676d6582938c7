package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The ids that a masking rule needs of a run's tokenizer.
 *
 * @param maskId stands for a masked position
 * @param padId fills up rows
 * @param tokens the id of a token by its text, such as {@code <|fim_pad|>}; empty where there is none
 */
public record MaskingVocabulary(int maskId, int padId, Function<String, OptionalInt> tokens) {
    /**
     * The id of a token that the rule cannot do without.
     *
     * @throws IllegalArgumentException when the tokenizer has none of that text
     */
    public int require(String token) {
        OptionalInt id = tokens.apply(token);
        check(id.isPresent(), "the masking rule needs a token %s, which the tokenizer does not have", token);
        return id.getAsInt();
    }
}
