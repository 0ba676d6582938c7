package io.github.coda4j.syntax;

import static io.github.coda4j.Checks.check;

/**
 * Chars [start, end) of a text, counted as {@link String} counts them.
 *
 * @param start index of the first char, 0 or more
 * @param end index behind the last one, at least {@code start}
 */
public record TextRange(int start, int end) {
    public TextRange {
        check(0 <= start && start <= end, "a range of chars needs 0 <= start <= end, got %d and %d", start, end);
    }

    /** Number of chars. */
    public int length() {
        return end - start;
    }

    /** The chars of the range. */
    public String of(String text) {
        return text.substring(start, end);
    }

    /** Whether the ranges share a char or a border; an empty range touches what it stands in or beside. */
    boolean touches(TextRange other) {
        return start <= other.end && other.start <= end;
    }
}
