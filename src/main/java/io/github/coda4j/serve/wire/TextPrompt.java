package io.github.coda4j.serve.wire;

import static io.github.coda4j.Checks.check;

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
     * @param lengths what is said of each hole
     */
    record Holes(List<String> pieces, List<Length> lengths) implements TextPrompt {
        public Holes {
            pieces = List.copyOf(pieces);
            lengths = List.copyOf(lengths);
            check(
                    pieces.size() >= 2 && pieces.size() == lengths.size() + 1,
                    "a text with a hole has two pieces and a length, got %d pieces and %d lengths",
                    pieces.size(),
                    lengths.size());
        }

        /** One hole between two texts. */
        public static Holes between(String prefix, String suffix) {
            return new Holes(List.of(prefix, suffix), List.of(Length.UNSAID));
        }

        /**
         * How long a hole is.
         *
         * @param tokens the most tokens, at least 1; empty: what the request says about all holes
         * @param fixed whether it has as many as that, whatever the request says
         */
        public record Length(OptionalInt tokens, boolean fixed) {
            /** The request says it. */
            public static final Length UNSAID = new Length(OptionalInt.empty(), false);

            public Length {
                check(
                        tokens.orElse(1) >= 1 && (tokens.isPresent() || !fixed),
                        "a hole has at least 1 token, and a fixed length is a number, got %s",
                        tokens);
            }
        }
    }
}
