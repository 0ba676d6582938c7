package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.syntax.Grammar;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the model sees of a document that is longer than it takes.
 *
 * @param context the most tokens that are seen at a time, holes included, at least 2; empty: as many as the model takes
 * @param before the share of the text around the holes that stands before them, in [0, 1]; what one side does not need
 *     goes to the other
 * @param grammar the document's language, of which imports and the signatures around a hole are kept; empty: none are
 */
public record WindowOptions(OptionalInt context, double before, Optional<Grammar> grammar) {
    /** As much as the model takes, half of it on each side, of text in no language. */
    public static final WindowOptions DEFAULT = new WindowOptions(OptionalInt.empty(), 0.5, Optional.empty());

    public WindowOptions {
        check(
                context.isEmpty() || context.getAsInt() >= 2,
                "the context must be at least 2 tokens, one of a hole and one beside it, got %d",
                context.orElse(0));
        check(before >= 0 && before <= 1, "the share of the text before the holes must be in [0, 1], got %s", before);
        requireNonNull(grammar, "grammar is null");
    }

    /** The same with another budget. */
    public WindowOptions withContext(int tokens) {
        return new WindowOptions(OptionalInt.of(tokens), before, grammar);
    }

    /** The same with another share before the holes. */
    public WindowOptions withBefore(double share) {
        return new WindowOptions(context, share, grammar);
    }

    /** The same for a document in this language. */
    public WindowOptions withGrammar(Optional<Grammar> language) {
        return new WindowOptions(context, before, language);
    }

    /**
     * The tokens that are seen at a time.
     *
     * @param maxPositions the longest sequence of the model
     * @throws IllegalArgumentException if more are asked for than the model takes
     */
    int budget(int maxPositions) {
        check(
                context.orElse(0) <= maxPositions,
                "a context of %d tokens is asked for: the model takes at most %d",
                context.orElse(0),
                maxPositions);
        return context.orElse(maxPositions);
    }

    /**
     * How many tokens a request for this document may have in its holes together: what the model takes or, as holes far
     * apart are filled in windows of their own, all that the holes have.
     *
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException about {@link CanvasShape#NEW_TOKENS} if a hole that the model could take is too long
     *     for a window; one that is longer than the model takes is left to {@link CanvasShape#checkLength}
     */
    public int positions(Document document, int maxPositions) {
        int longest =
                document.holes().stream().mapToInt(Document.Hole::tokens).max().orElse(0);
        if (longest > maxPositions) {
            return maxPositions;
        }
        checkHoles(document, budget(maxPositions));
        return Math.clamp(document.shape(0).newTokens(), maxPositions, Integer.MAX_VALUE);
    }

    /** Refuses a hole that does not fit into the budget together with a token beside it, where there is text. */
    static void checkHoles(Document document, int budget) {
        int most = document.segments().size() > 1 ? budget - 1 : budget;
        for (Document.Hole hole : document.holes()) {
            if (hole.tokens() > most) {
                throw new WrongValueException(
                        CanvasShape.NEW_TOKENS,
                        String.format(
                                Locale.ROOT,
                                "a hole of %d tokens does not fit in a context of %d tokens%s: ask for at most %d",
                                hole.tokens(),
                                budget,
                                most < budget ? ", of which text needs one" : "",
                                most));
            }
        }
    }
}
