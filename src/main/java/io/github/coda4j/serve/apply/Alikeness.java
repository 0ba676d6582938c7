package io.github.coda4j.serve.apply;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much two lines are the same line, one of them perhaps a newer version. */
final class Alikeness {
    private static final double EQUAL = 2;

    /** Of a line of brackets and signs alone, which says little about its place. */
    private static final double SIGNS = 0.1;

    /** Share of words and signs in common from which on a line is another version of a line about the same name. */
    private static final double SAME_NAME = 0.3;

    /** Share of words where it is about no name. */
    private static final double ALIKE = 0.6;

    /** What equal lines below the two add, all of them together. */
    private static final double OF_CHILDREN = 0.5;

    private static final Pattern PIECES = Pattern.compile("\\w+|[^\\w\\s]");
    private static final Predicate<String> IS_WORD = Pattern.compile("\\w").asPredicate();

    /** Many lines begin with one of these and are about different things. */
    private static final Set<String> KEYWORDS =
            Set.of("if", "else", "elif", "for", "while", "switch", "case", "catch", "try", "with", "return", "throw");

    private final Map<String, Line> lines = new HashMap<>();

    /**
     * A line in pieces.
     *
     * @param name what it is about: the last word before its first bracket, assignment or end
     */
    private record Line(List<String> pieces, List<String> words, String name) {
        static Line of(String text) {
            List<String> pieces = new ArrayList<>();
            Matcher matcher = PIECES.matcher(text);
            while (matcher.find()) {
                pieces.add(matcher.group());
            }
            String name = "";
            for (String piece : pieces) {
                if ("=({;:,<".contains(piece)) {
                    break;
                }
                name = IS_WORD.test(piece) ? piece : name;
            }
            return new Line(pieces, pieces.stream().filter(IS_WORD).toList(), KEYWORDS.contains(name) ? "" : name);
        }
    }

    /** How much they are alike, in [0, {@value #EQUAL} + {@value #OF_CHILDREN}]; 0: they are different lines. */
    double of(CodeNode code, CodeNode change) {
        double own = of(code.text(), change.text());
        if (own == 0 || code.children().isEmpty() || change.children().isEmpty()) {
            return own;
        }
        Set<String> below = new HashSet<>();
        code.children().forEach(child -> below.add(child.text()));
        long shared = change.children().stream()
                .filter(child -> below.contains(child.text()))
                .count();
        return own + OF_CHILDREN * shared / change.children().size();
    }

    private double of(String code, String change) {
        Line own = lines.computeIfAbsent(code, Line::of);
        if (code.equals(change)) {
            return own.words.isEmpty() ? SIGNS : EQUAL;
        }
        Line other = lines.computeIfAbsent(change, Line::of);
        if (!own.name.equals(other.name)) {
            return 0;
        }
        double share = share(own.pieces, other.pieces);
        boolean version = !own.name.isEmpty() && share >= SAME_NAME
                || !own.words.isEmpty() && share(own.words, other.words) >= ALIKE;
        return version ? share : 0;
    }

    /** Pieces that both have among the pieces of both. */
    private static double share(List<String> own, List<String> other) {
        Map<String, Integer> counts = new HashMap<>();
        own.forEach(piece -> counts.merge(piece, 1, Integer::sum));
        int shared = 0;
        for (String piece : other) {
            if (counts.merge(piece, -1, Integer::sum) >= 0) {
                shared++;
            }
        }
        return 2.0 * shared / (own.size() + other.size());
    }
}
