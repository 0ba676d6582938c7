package io.github.coda4j.generate;

import io.github.coda4j.syntax.Faults;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.syntax.HoledText;
import io.github.coda4j.syntax.SourceParser;
import io.github.coda4j.syntax.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

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

    private static final int MOST_CHARS = 200_000;

    private static final int LEAST_PARSING = 4;

    /** What a name costs that may be inherited and that nothing in the document declares, nats. */
    static final double DOUBT = 3;

    /**
     * What costs an answer that has an odd value, or that goes on past the rest of its hole's line, nats. Each is so
     * with about one of a hundred true answers, and scores count a log-probability twice: as decoded and as read back.
     */
    static final double RARE = 8;

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
     * The ways to be preferred.
     *
     * @param ways the likeliest first, each with one text for each hole
     * @param lacks what each lacks of the first, nats
     * @param wanted how many of them, at least 1
     * @return indices of those with which the document parses and a compiler would find the fewest mistakes, then the
     *     likeliest, {@value #DOUBT} nats off for each doubtful name and {@value #RARE} for what is rare; empty: it
     *     parses with none, or that cannot be known
     */
    List<Integer> preferred(List<List<String>> ways, List<Double> lacks, int wanted) {
        if (grammar.isEmpty()) {
            note = Optional.of(NO_GRAMMAR);
            return List.of();
        }
        try (SourceParser parser = grammar.get().open().orElse(null)) {
            if (parser == null) {
                note = Optional.of(grammar.get().missing().orElse(NO_GRAMMAR));
                return List.of();
            }
            HoledText text = new HoledText(parser, pieces);
            List<Judged> judged = judged(text, ways, lacks, wanted);
            note = judged.isEmpty() ? text.off() : Optional.empty();
            return judged.stream()
                    .sorted(Judged.ORDER)
                    .limit(wanted)
                    .map(Judged::way)
                    .toList();
        }
    }

    /** What may stand for a variable in a hole with these answers around, where that is known. */
    Optional<Predicate<String>> variables(int hole, List<String> answers) {
        return ofText(text -> text.variables(hole, answers), Optional.empty());
    }

    /** Whether nothing speaks against a way to fill the holes, or that cannot be known. */
    boolean faultless(List<String> way) {
        return ofText(
                text -> switch (text.judge(List.of(way)).getFirst()) {
                    case PARSES -> judged(text, 0, way, 0).faultless();
                    case BREAKS -> false;
                    case UNKNOWN -> true;
                },
                true);
    }

    private <T> T ofText(Function<HoledText, T> question, T unknown) {
        try (SourceParser parser = grammar.flatMap(Grammar::open).orElse(null)) {
            return parser == null ? unknown : question.apply(new HoledText(parser, pieces));
        }
    }

    /** Ways that parse, until enough of them have no fault. */
    private List<Judged> judged(HoledText text, List<List<String>> ways, List<Double> lacks, int wanted) {
        int length = pieces.stream().mapToInt(String::length).sum();
        int most = Math.clamp(MOST_CHARS / Math.max(1, length), LEAST_PARSING, MOST_PARSING);
        List<Judged> judged = new ArrayList<>();
        int faultless = 0;
        for (int first = 0; first < ways.size(); first += AT_A_TIME) {
            List<List<String>> some = ways.subList(first, Math.min(ways.size(), first + AT_A_TIME));
            List<Verdict> verdicts = text.judge(some);
            for (int i = 0; i < some.size(); i++) {
                if (verdicts.get(i) == Verdict.PARSES) {
                    Judged one = judged(text, first + i, some.get(i), lacks.get(first + i));
                    judged.add(one);
                    faultless += one.faultless() ? 1 : 0;
                    if (faultless == wanted || judged.size() == most) {
                        return judged;
                    }
                }
            }
        }
        return judged;
    }

    private Judged judged(HoledText text, int index, List<String> way, double lack) {
        Faults faults = text.faults(way, MOST_FAULTS);
        int past = (int) IntStream.range(0, way.size())
                .filter(hole ->
                        DocumentNames.cut(way.get(hole), pieces.get(hole + 1)).isPresent())
                .count();
        return new Judged(index, faults.sure(), faults.doubtful(), faults.odd() + past, lack);
    }

    /**
     * What was found about a way.
     *
     * @param rare values and answers that are legal and rare
     * @param lack of the first way, nats
     */
    private record Judged(int way, int sure, int doubtful, int rare, double lack) {
        private static final Comparator<Judged> ORDER = Comparator.comparingInt(Judged::sure)
                .thenComparingDouble(one -> one.lack + DOUBT * one.doubtful + RARE * one.rare)
                .thenComparingInt(Judged::way);

        boolean faultless() {
            return sure + doubtful + rare == 0;
        }
    }
}
