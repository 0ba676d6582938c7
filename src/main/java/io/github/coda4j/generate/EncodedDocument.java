package io.github.coda4j.generate;

import io.github.coda4j.text.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A document in tokens.
 *
 * @param pieces the tokens of each segment as far as the model sees it; none for a hole
 */
record EncodedDocument(Document document, List<int[]> pieces) {
    static EncodedDocument of(Document document, Tokenizer tokenizer) {
        List<Document.Segment> segments = document.segments();
        return new EncodedDocument(
                document,
                IntStream.range(0, segments.size())
                        .mapToObj(i -> segments.get(i) instanceof Document.Text
                                ? tokenizer.encodeOrdinary(document.seen(i).text())
                                : new int[0])
                        .toList());
    }

    /** Tokens that are given. */
    long given() {
        return pieces.stream().mapToLong(piece -> piece.length).sum();
    }

    /** Tokens that are given and to be generated. */
    long length() {
        return document.shape(given()).length();
    }
}
