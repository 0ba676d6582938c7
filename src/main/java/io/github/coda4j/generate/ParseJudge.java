package io.github.coda4j.generate;

import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.syntax.HoledText;
import io.github.coda4j.syntax.SourceParser;
import io.github.coda4j.syntax.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Whether a document parses with its holes filled; switches itself off, and says why, where that cannot be known.
 *
 * @param grammar of the document
 * @param pieces its text before, between and after the holes
 */
record ParseJudge(Optional<Grammar> grammar, List<String> pieces) {
    private static final String NO_GRAMMAR =
            "the text is in no language with a grammar: whether an answer parses is not looked at";

    /**
     * What it says.
     *
     * @param verdicts one for each way to fill the holes
     * @param off why they are all unknown, if that is so
     */
    record Judgement(List<Verdict> verdicts, Optional<String> off) {}

    /** Judges ways to fill the holes, each with one text for each hole. */
    Judgement judge(List<List<String>> ways) {
        if (grammar.isEmpty()) {
            return unknown(ways, NO_GRAMMAR);
        }
        try (SourceParser parser = grammar.get().open().orElse(null)) {
            if (parser == null) {
                return unknown(ways, grammar.get().missing().orElse(NO_GRAMMAR));
            }
            HoledText text = new HoledText(parser, pieces);
            List<Verdict> verdicts = text.judge(ways);
            return new Judgement(verdicts, verdicts.contains(Verdict.PARSES) ? Optional.empty() : text.off());
        }
    }

    private static Judgement unknown(List<List<String>> ways, String why) {
        return new Judgement(Collections.nCopies(ways.size(), Verdict.UNKNOWN), Optional.of(why));
    }
}
