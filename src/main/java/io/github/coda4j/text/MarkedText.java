package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;

/**
 * Text of which some parts were written by a user: there {@code <|im_end|>} and its like are plain characters, never
 * added tokens. Where the user's text holds no added token, encoding gives the same ids as for the plain string.
 *
 * @param text the whole text
 * @param literals the parts in which no added token is recognised: ascending, not overlapping, inside the text
 */
public record MarkedText(String text, List<Span> literals) {

    /** The characters from {@code start} (inclusive) to {@code end} (exclusive), in UTF-16 units. */
    public record Span(int start, int end) {
        public Span {
            check(0 <= start && start <= end, "a span needs 0 <= start <= end, got %d and %d", start, end);
        }
    }

    public MarkedText {
        literals = List.copyOf(literals);
        int previousEnd = 0;
        for (Span span : literals) {
            check(
                    span.start >= previousEnd && span.end <= text.length(),
                    "span [%d, %d) is out of order or outside a text of %d characters",
                    span.start,
                    span.end,
                    text.length());
            previousEnd = span.end;
        }
    }

    /** Text in which added tokens are recognised everywhere. */
    public static MarkedText trusted(String text) {
        return new MarkedText(text, List.of());
    }

    /** Text in which no added token is recognised. */
    public static MarkedText literal(String text) {
        return new MarkedText(text, List.of(new Span(0, text.length())));
    }

    /** The text from {@code start} (inclusive) to {@code end} (exclusive) with what of its literal parts lies there. */
    public MarkedText part(int start, int end) {
        check(
                0 <= start && start <= end && end <= text.length(),
                "part [%d, %d) is outside a text of %d characters",
                start,
                end,
                text.length());
        List<Span> inside = new ArrayList<>();
        for (Span span : literals) {
            int from = Math.max(span.start, start);
            int to = Math.min(span.end, end);
            if (from < to) {
                inside.add(new Span(from - start, to - start));
            }
        }
        return new MarkedText(text.substring(start, end), inside);
    }

    /** Puts marked text together piece by piece. Not thread-safe. */
    public static final class Builder {
        private final StringBuilder text = new StringBuilder();
        private final List<Span> literals = new ArrayList<>();

        /** Appends text in which added tokens are recognised, such as the markers of a chat template. */
        public Builder trusted(String piece) {
            text.append(piece);
            return this;
        }

        /** Appends text in which no added token is recognised, such as what a user typed. */
        public Builder literal(String piece) {
            if (!piece.isEmpty()) {
                literals.add(new Span(text.length(), text.length() + piece.length()));
                text.append(piece);
            }
            return this;
        }

        /** Characters so far. */
        int length() {
            return text.length();
        }

        /** The text as it is now. */
        public MarkedText build() {
            return new MarkedText(text.toString(), literals);
        }
    }
}
