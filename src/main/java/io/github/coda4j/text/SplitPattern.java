package io.github.coda4j.text;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How text is cut into the pieces inside which a byte-level tokenizer merges. Every character belongs to exactly one
 * piece.
 *
 * @param regex the pattern as a tokenizer.json writes it
 */
public record SplitPattern(String regex) {
    /**
     * Qwen2 and its descendants, CoDA included: words with what stands before them, single digits, punctuation, white
     * space.
     */
    public static final SplitPattern QWEN2 = new SplitPattern(BpeSource.QWEN2_SPLIT);

    /**
     * Finds the pieces. Text that the regex leaves out is a piece too: the second alternative takes it up to the next
     * match.
     *
     * @throws java.util.regex.PatternSyntaxException when the regex is none
     */
    public Pattern compile() {
        return Pattern.compile(
                String.format(Locale.ROOT, "%1$s|(?:(?!%1$s)(?s:.))++", "(?:" + regex + ")"),
                Pattern.UNICODE_CHARACTER_CLASS);
    }
}
