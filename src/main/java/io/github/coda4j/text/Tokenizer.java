package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.io.ByteArrayOutputStream;
import java.util.OptionalInt;

/** Text to token ids and back. Implementations are immutable and safe to share between threads. */
public interface Tokenizer {
    /** The pad token of infilling. */
    String HOLE_PAD = "<|fim_pad|>";

    /** Rows that a model's vocabulary may have beyond the tokenizer's, as padding (CoDA: 266). */
    int MAX_PADDING_ROWS = 4096;

    /**
     * The ids of the text; added tokens are recognised outside its literal parts only. Nothing is put before or after.
     */
    int[] encode(MarkedText text);

    /**
     * The ids of the text with every added token recognised, as the original encodes. For text of one's own, not a
     * stranger's.
     */
    default int[] encode(String text) {
        return encode(MarkedText.trusted(text));
    }

    /**
     * The ids of the text with no added token recognised: {@code "<|im_end|>"} becomes ordinary tokens. For untrusted
     * text.
     */
    default int[] encodeOrdinary(String text) {
        return encode(MarkedText.literal(text));
    }

    /**
     * The bytes the token stands for; empty for an id beyond the tokenizer (a model's padding rows). A negative id is
     * refused.
     */
    byte[] tokenBytes(int id);

    /**
     * The token as the tokenizer's files write it ("Ġdef", {@code "<|mask|>"}); empty for an id beyond the tokenizer.
     */
    String token(int id);

    /** The id of a token written as in the tokenizer's files. */
    OptionalInt idOf(String token);

    /** The id of the token that fills what is left of a hole ({@value #HOLE_PAD}), if there is one. */
    default OptionalInt holePad() {
        return idOf(HOLE_PAD);
    }

    /** Whether the id is a control token, which decoding may skip. */
    boolean isSpecial(int id);

    /** The highest id plus one, added tokens included. */
    int vocabSize();

    /** The tokens that have a role: mask, padding, end, beginning. */
    SpecialTokens specialTokens();

    /**
     * The text of the ids, special tokens included. Bytes that are not UTF-8 become U+FFFD, one per maximal invalid
     * part.
     */
    default String decode(int... ids) {
        return decode(ids, false);
    }

    /** The text of the ids, without the special tokens if {@code skipSpecial}. */
    default String decode(int[] ids, boolean skipSpecial) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
        for (int id : ids) {
            check(id >= 0, "a token id must be 0 or more, got %d", id);
            if (!skipSpecial || !isSpecial(id)) {
                bytes.writeBytes(tokenBytes(id));
            }
        }
        return Utf8.decode(bytes.toByteArray());
    }

    /**
     * Refuses a model whose vocabulary is not this tokenizer's: it must have a row for every id, and at most
     * {@value #MAX_PADDING_ROWS} rows more.
     */
    default void checkFits(int modelVocabSize) {
        if (modelVocabSize < vocabSize() || modelVocabSize - vocabSize() > MAX_PADDING_ROWS) {
            throw CodaException.of(
                    "the tokenizer has %d ids but the model's vocab_size is %d; it must be between %d and %d: "
                            + "take the tokenizer files"
                            + " that belong to this checkpoint",
                    vocabSize(), modelVocabSize, vocabSize(), vocabSize() + MAX_PADDING_ROWS);
        }
    }
}
