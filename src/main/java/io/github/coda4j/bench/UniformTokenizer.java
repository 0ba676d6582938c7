package io.github.coda4j.bench;

import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * One letter for all of a model's ids but the mask, for measurements that need text and no meaning.
 *
 * @param vocabSize of the model
 * @param maskId of the model
 */
record UniformTokenizer(int vocabSize, int maskId) implements Tokenizer {
    private static final byte[] LETTER = {'x'};

    /** The id that every character has. */
    int letter() {
        return maskId == 0 ? 1 : 0;
    }

    @Override
    public int[] encode(MarkedText text) {
        int[] ids = new int[text.text().length()];
        Arrays.fill(ids, letter());
        return ids;
    }

    @Override
    public byte[] tokenBytes(int id) {
        return LETTER.clone();
    }

    @Override
    public String token(int id) {
        return "x";
    }

    @Override
    public OptionalInt idOf(String token) {
        return OptionalInt.empty();
    }

    @Override
    public boolean isSpecial(int id) {
        return id == maskId;
    }

    @Override
    public SpecialTokens specialTokens() {
        OptionalInt none = OptionalInt.empty();
        return new SpecialTokens(OptionalInt.of(maskId), none, none, none);
    }
}
