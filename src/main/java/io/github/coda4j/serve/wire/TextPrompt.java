package io.github.coda4j.serve.wire;

import static io.github.coda4j.Checks.check;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** What is to be completed. */
public sealed interface TextPrompt {
    /** Text that is continued. Names of special tokens in it mean these tokens. */
    record Text(String text) implements TextPrompt {}

    /** Ids that are continued. */
    record Ids(int[] ids) implements TextPrompt {}

    /**
     * Text with holes in it. All of it is plain text.
     *
     * @param pieces what stands before the first hole, between two, and behind the last one: at least two, possibly
     *     empty
     * @param tokens how long each hole is, at least 1; empty where the request's other fields say it
     */
    record Holes(List<String> pieces, List<OptionalInt> tokens) implements TextPrompt {
        public Holes {
            pieces = List.copyOf(pieces);
            tokens = List.copyOf(tokens);
            check(pieces.size() >= 2, "a text with a hole has two pieces, got %d", pieces.size());
            check(
                    tokens.size() == pieces.size() - 1,
                    "%d pieces have %d holes between them, got %d lengths",
                    pieces.size(),
                    pieces.size() - 1,
                    tokens.size());
        }

        /** Holes about which nothing is said. */
        public Holes(List<String> pieces) {
            this(pieces, Collections.nCopies(pieces.size() - 1, OptionalInt.empty()));
        }

        /** One hole between two texts. */
        public static Holes between(String prefix, String suffix) {
            return new Holes(List.of(prefix, suffix));
        }
    }
}
