package io.github.coda4j.model;

import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import java.util.Optional;

/**
 * A preset with the vocabulary of a tokenizer.
 *
 * @param preset name of the shape
 * @param rows of the preset's own vocabulary
 * @param config the shape with a vocabulary that fits: the preset's own where that does
 */
public record VocabularyFit(String preset, int rows, ModelConfig config) {
    /** Vocabularies are filled up to a multiple of this, so that products cut well. */
    private static final int UNIT = 64;

    /**
     * The preset, with the tokenizer's vocabulary where its own does not fit.
     *
     * @throws IllegalArgumentException when there is no such preset
     * @throws io.github.coda4j.CodaException when the tokenizer has no mask token
     */
    public static VocabularyFit of(String preset, Tokenizer tokenizer) {
        ModelConfig config = ModelConfig.preset(preset);
        SpecialTokens special = tokenizer.specialTokens();
        int rows = config.vocabSize();
        boolean fits = rows >= tokenizer.vocabSize() && rows - tokenizer.vocabSize() <= Tokenizer.MAX_PADDING_ROWS;
        if (fits && special.requireMask() == config.maskId()) {
            return new VocabularyFit(preset, rows, config);
        }
        int size = (tokenizer.vocabSize() + UNIT - 1) / UNIT * UNIT;
        return new VocabularyFit(
                preset,
                rows,
                config.withVocabulary(
                        size,
                        special.requireMask(),
                        special.pad(),
                        special.eos().stream().boxed().toList()));
    }

    /** What was changed, in one line for a person; empty where the preset's own vocabulary fits. */
    public Optional<String> note() {
        return config.equals(ModelConfig.preset(preset))
                ? Optional.empty()
                : Optional.of(preset + " gets the tokenizer's vocabulary: " + config.vocabSize() + " rows in place of "
                        + rows);
    }
}
