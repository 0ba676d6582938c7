package io.github.coda4j.generate;

import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.syntax.HoledText;
import io.github.coda4j.syntax.SourceParser;
import io.github.coda4j.syntax.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * Prefers ways to fill a document's holes with which it parses and, of those, ones that a compiler does not refuse for
 * what the document itself shows; switches itself off, and says why, where that cannot be known.
 */
final class ParseJudge {
    private static final String NO_GRAMMAR =
            "the text is in no language with a grammar: whether an answer parses is not looked at";

    /** How many ways are parsed together. */
    private static final int AT_A_TIME = 8;

    /** So many ways with which it parses are looked at for what a compiler would say, of a long text as many as fit. */
    private static final int MOST_PARSING = 64;

    private static final int MOST_CHARS = 400_000;

    /** So many mistakes are as bad as more. */
    private static final int MOST_FAULTS = 100;

    private final Optional<Grammar> grammar;
    private final List<String> pieces;
    private Optional<String> note = Optional.empty();

    /**
     * A judge that has judged nothing.
     *
     * @param pieces the text before, between and after the holes
     */
    ParseJudge(Optional<Grammar> grammar, List<String> pieces) {
        this.grammar = grammar;
        this.pieces = List.copyOf(pieces);
    }

    /** Whether the document is in a language with a grammar. */
    boolean knowsGrammar() {
        return grammar.isPresent();
    }

    /** The text before, between and after the holes. */
    List<String> pieces() {
        return pieces;
    }

    /** Why nothing was preferred, if that cannot be known. */
    Optional<String> note() {
        return note;
    }

    /**
     * Which way is to be preferred.
     *
     * @param ways the best first, each with one text for each hole
     * @return index of the first of those with which the document parses and a compiler would find the fewest mistakes;
     *     empty: it parses with none, or that cannot be known
     */
    Optional<Integer> preferred(List<List<String>> ways) {
        if (grammar.isEmpty()) {
            note = Optional.of(NO_GRAMMAR);
            return Optional.empty();
        }
        try (SourceParser parser = grammar.get().open().orElse(null)) {
            if (parser == null) {
                note = Optional.of(grammar.get().missing().orElse(NO_GRAMMAR));
                return Optional.empty();
            }
            HoledText text = new HoledText(parser, pieces);
            Optional<Integer> best = Optional.empty();
            int fewest = MOST_FAULTS;
            int length = pieces.stream().mapToInt(String::length).sum();
            int most = Math.clamp(MOST_CHARS / Math.max(1, length), 4, MOST_PARSING);
            int parsing = 0;
            for (int first = 0; first < ways.size() && parsing < most; first += AT_A_TIME) {
                List<List<String>> some = ways.subList(first, Math.min(ways.size(), first + AT_A_TIME));
                List<Verdict> verdicts = text.judge(some);
                for (int i = 0; i < some.size(); i++) {
                    if (verdicts.get(i) == Verdict.PARSES) {
                        parsing++;
                        int faults = text.faults(some.get(i), fewest).sure();
                        if (best.isEmpty() || faults < fewest) {
                            best = Optional.of(first + i);
                            fewest = faults;
                        }
                        if (fewest == 0) {
                            note = Optional.empty();
                            return best;
                        }
                    }
                }
            }
            if (best.isPresent()) {
                note = Optional.empty();
                return best;
            }
            note = text.off();
            return Optional.empty();
        }
    }
}
