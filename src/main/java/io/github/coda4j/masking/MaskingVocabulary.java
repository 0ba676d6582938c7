package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Alignment;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * What a masking rule needs of a run's tokenizer and model.
 *
 * @param maskId stands for a masked position
 * @param padId fills up rows
 * @param alignment of the model that is trained: whether the first position of a document can be a target
 * @param block positions of the blocks of a model with block-causal attention; empty where it sees the whole sequence
 * @param tokens the id of a token by its text, such as {@code <|fim_pad|>}; empty where there is none
 */
public record MaskingVocabulary(
        int maskId, int padId, Alignment alignment, OptionalInt block, Function<String, OptionalInt> tokens) {
    /** Of a model that sees the whole sequence. */
    public MaskingVocabulary(int maskId, int padId, Alignment alignment, Function<String, OptionalInt> tokens) {
        this(maskId, padId, alignment, OptionalInt.empty(), tokens);
    }

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
