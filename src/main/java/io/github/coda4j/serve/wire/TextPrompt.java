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
     * @param ceilings the most tokens of each hole, at least 1; empty: what the request says about all of them
     */
    record Holes(List<String> pieces, List<OptionalInt> ceilings) implements TextPrompt {
        public Holes {
            pieces = List.copyOf(pieces);
            ceilings = List.copyOf(ceilings);
            check(
                    pieces.size() >= 2 && pieces.size() == ceilings.size() + 1,
                    "a text with a hole has two pieces and a ceiling, got %d pieces and %d ceilings",
                    pieces.size(),
                    ceilings.size());
        }

        /** One hole between two texts. */
        public static Holes between(String prefix, String suffix) {
            return new Holes(List.of(prefix, suffix), List.of(OptionalInt.empty()));
        }
    }
}
