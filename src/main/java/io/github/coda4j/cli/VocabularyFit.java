package io.github.coda4j.cli;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;

/** Gives a preset the vocabulary of a tokenizer. */
public final class VocabularyFit {
    /** Vocabularies are filled up to a multiple of this, so that products cut well. */
    private static final int UNIT = 64;

    private VocabularyFit() {}

    /** The preset, where its own vocabulary does not fit with the tokenizer's. */
    public static ModelConfig of(World world, String preset, Tokenizer tokenizer) {
        ModelConfig config = ModelConfig.preset(preset);
        SpecialTokens special = tokenizer.specialTokens();
        int rows = config.vocabSize();
        boolean fits = rows >= tokenizer.vocabSize() && rows - tokenizer.vocabSize() <= Tokenizer.MAX_PADDING_ROWS;
        if (fits && special.requireMask() == config.maskId()) {
            return config;
        }
        int size = (tokenizer.vocabSize() + UNIT - 1) / UNIT * UNIT;
        world.note(preset + " gets the tokenizer's vocabulary: " + size + " rows in place of " + rows);
        return config.withVocabulary(
                size,
                special.requireMask(),
                special.pad(),
                special.eos().stream().boxed().toList());
    }
}
