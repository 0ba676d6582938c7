package io.github.coda4j.generate;

import io.github.coda4j.syntax.AnswerEnd;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.syntax.HoledText;
import io.github.coda4j.syntax.SourceParser;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Finds where the statement or block ends that an answer completes or begins with: by the grammar where the text around
 * the holes parses, elsewhere by brackets and indentation. Not thread-safe.
 */
final class BlockFinder {
    private final Optional<Grammar> grammar;
    private final Supplier<List<String>> text;
    private List<String> pieces = List.of();
    /** What the grammar takes unknown holes for; empty when it does not say where blocks end. */
    private Optional<String> filler = Optional.empty();

    private boolean looked;

    /**
     * A finder that has looked at nothing yet.
     *
     * @param text before, between and after the holes; asked for once, when it is needed
     */
    BlockFinder(Optional<Grammar> grammar, Supplier<List<String>> text) {
        this.grammar = grammar;
        this.text = text;
    }

    /** Where it ends in the answer of a hole, in chars; empty when it does not. */
    OptionalInt end(int hole, String answer) {
        try (SourceParser parser = grammar.flatMap(Grammar::open).orElse(null)) {
            look(parser);
            String unknown = filler.orElse("");
            String before = String.join(unknown, pieces.subList(0, hole + 1));
            String after = String.join(unknown, pieces.subList(hole + 1, pieces.size()));
            return parser == null || filler.isEmpty()
                    ? AnswerEnd.ofBlock(before, answer, after)
                    : AnswerEnd.ofBlock(parser, before, answer, after);
        }
    }

    private void look(SourceParser parser) {
        if (looked) {
            return;
        }
        looked = true;
        pieces = text.get();
        if (parser != null) {
            HoledText holed = new HoledText(parser, pieces);
            filler = holed.off().isEmpty() ? Optional.of(holed.filler()) : Optional.empty();
        }
    }
}
