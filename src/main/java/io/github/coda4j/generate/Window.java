package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

/**
 * A part of a document that the model sees at a time, around some of its holes.
 *
 * @param document the part: {@code header}, text and holes; the answers to its holes are those to the document's
 * @param firstHole which hole of the whole document its first one is, from 0; the others follow
 * @param header lines that were kept of the text before the part, such as imports; may be empty
 * @param tokens how long the part is, with what is kept free for its holes
 * @param leftOutBefore about how many tokens of text before the part are not seen
 * @param leftOutAfter about how many behind it
 */
public record Window(
        Document document, int firstHole, String header, int tokens, long leftOutBefore, long leftOutAfter) {
    public Window {
        requireNonNull(document, "document is null");
        requireNonNull(header, "header is null");
        check(
                firstHole >= 0 && tokens >= 1 && leftOutBefore >= 0 && leftOutAfter >= 0,
                "counts of a window must not be negative, got hole %d, %d tokens, %d and %d left out",
                firstHole,
                tokens,
                leftOutBefore,
                leftOutAfter);
    }
}
