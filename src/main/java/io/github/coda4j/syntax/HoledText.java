package io.github.coda4j.syntax;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A text with holes whose contents are not known: what stands around each hole, and whether the text parses once they
 * are filled.
 *
 * <p>Where the text breaks its grammar away from all holes no answer can mend it, so nothing is said about answers. An
 * answer with which the whole text parses proves the text sound, also where the place of an error misled: a hole that
 * swallowed an opening bracket shows as an error at the end of the file.
 */
public final class HoledText {
    private static final String ANY_NAME = "x";

    private final SourceParser parser;
    private final List<String> pieces;
    /** Where each hole is when nothing is in any. */
    private final int[] offsets;

    private final String filler;
    private final List<Scope> scopes;
    private final Optional<String> off;

    /** The tree of the text with something in its holes, and how wrong it is. */
    private record Tried(SyntaxTree tree, String filler, List<SyntaxError> errors) implements AutoCloseable {
        long cost() {
            return errors.stream()
                    .mapToLong(error -> 1L + error.range().length())
                    .sum();
        }

        @Override
        public void close() {
            tree.close();
        }
    }

    /**
     * Looks at the text; takes at most three parses.
     *
     * @param parser used for {@link #judge} too, and not closed
     * @param pieces the text before, between and after the holes: one more than there are holes; may be empty
     */
    public HoledText(SourceParser parser, List<String> pieces) {
        check(pieces.size() >= 2, "a text with holes has at least 2 pieces, got %d", pieces.size());
        this.parser = parser;
        this.pieces = List.copyOf(pieces);
        this.offsets = new int[pieces.size() - 1];
        for (int hole = 0, offset = 0; hole < offsets.length; hole++) {
            offset += pieces.get(hole).length();
            offsets[hole] = offset;
        }
        Optional<Tried> best = best();
        if (best.isEmpty()) {
            filler = "";
            scopes = Collections.nCopies(offsets.length, Scope.NONE);
            off = Optional.of("the text is too long or too far from "
                    + parser.grammar().label() + " to be parsed: whether an answer parses is not looked at");
            return;
        }
        try (Tried tried = best.get()) {
            filler = tried.filler();
            scopes = IntStream.range(0, offsets.length)
                    .mapToObj(hole -> scope(tried, hole))
                    .toList();
            off = tried.errors().stream()
                    .filter(error -> !atHole(tried, error))
                    .findFirst()
                    .map(error -> String.format(
                            Locale.ROOT,
                            "line %d does not parse as %s before anything is filled in: whether an answer parses is not"
                                    + " looked at",
                            Lines.number(tried.tree().text(), error.range().start()),
                            parser.grammar().label()));
        }
    }

    /**
     * Why nothing is known about answers that do not parse, in one line; empty when the text is sound away from its
     * holes.
     */
    public Optional<String> off() {
        return off;
    }

    /** What holes with unknown answers are best taken for, for example a name. */
    public String filler() {
        return filler;
    }

    /** For each hole what stands above it; positions are those of the text with nothing in its holes. */
    public List<Scope> scopes() {
        return scopes;
    }

    /**
     * Whether the text parses with its holes filled.
     *
     * @param candidates ways to fill all holes: each has one answer for each hole
     * @return one verdict for each way
     */
    public List<Verdict> judge(List<List<String>> candidates) {
        List<Optional<Boolean>> parsed = candidates.stream()
                .map(answers -> parser.parse(filled(answers)).map(HoledText::errorFree))
                .toList();
        boolean sound = off.isEmpty() || parsed.contains(Optional.of(true));
        return parsed.stream()
                .map(errorFree -> errorFree
                        .map(parses -> parses ? Verdict.PARSES : sound ? Verdict.BREAKS : Verdict.UNKNOWN)
                        .orElse(Verdict.UNKNOWN))
                .toList();
    }

    /**
     * How many mistakes there are in the text with its holes filled; doubtful names and odd values are counted in the
     * answers.
     *
     * @param answers one for each hole
     * @param most counting sure ones ends there
     * @return as {@link SyntaxTree#faults}; none where there is no tree of it
     */
    public Faults faults(List<String> answers, int most) {
        try (SyntaxTree tree = parser.parse(filled(answers)).orElse(null)) {
            return tree == null ? Faults.NONE : tree.faults(most, ranges(answers));
        }
    }

    /**
     * What may stand for a variable in a hole by its name alone.
     *
     * @param answers one for each hole; that of this one does not matter
     * @return empty where a name would stand for something else, and where that is not known: it is for sound texts in
     *     Java
     */
    public Optional<Predicate<String>> variables(int hole, List<String> answers) {
        List<String> others = new ArrayList<>(answers);
        others.set(hole, ANY_NAME);
        int start = ranges(others).get(hole).start();
        try (SyntaxTree tree = parser.parse(filled(others)).orElse(null)) {
            return tree == null || !tree.errorFree() ? Optional.empty() : tree.variables(start);
        }
    }

    private List<TextRange> ranges(List<String> answers) {
        List<TextRange> ranges = new ArrayList<>();
        int filled = 0;
        for (int hole = 0; hole < offsets.length; hole++) {
            int start = offsets[hole] + filled;
            filled += answers.get(hole).length();
            ranges.add(new TextRange(start, offsets[hole] + filled));
        }
        return ranges;
    }

    /** The likeliest filler with which the text parses, or the one with which the errors are smallest. */
    private Optional<Tried> best() {
        Optional<Tried> best = Optional.empty();
        for (String filler : NodeKinds.of(parser.grammar()).fillers()) {
            Optional<SyntaxTree> tree = parser.parse(filled(Collections.nCopies(offsets.length, filler)));
            if (tree.isEmpty()) {
                break;
            }
            Tried tried = new Tried(tree.get(), filler, tree.get().errors());
            if (best.isPresent() && best.get().cost() <= tried.cost()) {
                tried.close();
                continue;
            }
            best.ifPresent(Tried::close);
            best = Optional.of(tried);
            if (tried.errors().isEmpty()) {
                break;
            }
        }
        return best;
    }

    /** Whether nothing but blanks stands between an error and a hole. */
    private boolean atHole(Tried tried, SyntaxError error) {
        String text = tried.tree().text();
        int start = error.range().start();
        while (start > 0 && Character.isWhitespace(text.charAt(start - 1))) {
            start--;
        }
        int end = error.range().end();
        while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        TextRange wide = new TextRange(start, end);
        return IntStream.range(0, offsets.length)
                .map(hole -> startOf(hole, tried.filler()))
                .anyMatch(hole ->
                        wide.touches(new TextRange(hole, hole + tried.filler().length())));
    }

    private Scope scope(Tried tried, int hole) {
        Scope scope = tried.tree().scope(startOf(hole, tried.filler()));
        return new Scope(empty(scope.imports(), tried.filler()), empty(scope.signatures(), tried.filler()));
    }

    /** Ranges as they are without the fillers. */
    private List<TextRange> empty(List<TextRange> ranges, String filler) {
        List<TextRange> empty = new ArrayList<>();
        for (TextRange range : ranges) {
            int start = range.start() - filler.length() * holesBefore(range.start(), filler);
            int end = range.end() - filler.length() * holesBefore(range.end(), filler);
            empty.add(new TextRange(start, end));
        }
        return empty;
    }

    /** How many holes begin before a place, which is at the border of a line and so in no filler. */
    private int holesBefore(int position, String filler) {
        return (int) IntStream.range(0, offsets.length)
                .filter(hole -> startOf(hole, filler) < position)
                .count();
    }

    private int startOf(int hole, String filler) {
        return offsets[hole] + hole * filler.length();
    }

    private String filled(List<String> answers) {
        check(
                answers.size() == offsets.length,
                "the text has %d hole(s), got %d answer(s)",
                offsets.length,
                answers.size());
        StringBuilder text = new StringBuilder(pieces.getFirst());
        for (int hole = 0; hole < answers.size(); hole++) {
            text.append(answers.get(hole)).append(pieces.get(hole + 1));
        }
        return text.toString();
    }

    private static boolean errorFree(SyntaxTree tree) {
        try (tree) {
            return tree.errorFree();
        }
    }
}
