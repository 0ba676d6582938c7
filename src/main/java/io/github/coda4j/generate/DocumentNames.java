package io.github.coda4j.generate;

import io.github.coda4j.text.Tokenizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The names in a document, whatever they are of.
 *
 * @param pieces its text before, between and after the holes
 */
record DocumentNames(List<String> pieces, Tokenizer tokenizer) {
    /** A text as the tokens of a hole would spell it. */
    record Spelling(String text, int[] ids) {}

    private static final Pattern NAME = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
    /** How far from a hole names are looked for, on each side. */
    private static final int MOST_CHARS = 100_000;

    /** What no declaration calls anything, in any language; an answer of one token that says so is tried anyway. */
    private static final Set<String> LITERALS =
            Set.of("true", "false", "null", "this", "True", "False", "None", "self", "nil", "undefined");

    /** An answer that is a name, or one of the object itself. */
    private static final Pattern NAMED = Pattern.compile("\\s*(?:(?:this|self)\\.)?" + NAME + "\\s*");

    /** Whether an answer is nothing but a name. */
    static boolean isName(String answer) {
        return NAMED.matcher(answer).matches();
    }

    /**
     * The names that stand nearest to a hole.
     *
     * @param hidden what of the text before the hole its tokens repeat
     * @param wanted which ones
     * @param longest the most tokens of a name
     */
    List<Spelling> near(int hole, String hidden, Predicate<String> wanted, int most, int longest) {
        String left = String.join("\n", pieces.subList(0, hole + 1));
        String right = String.join("\n", pieces.subList(hole + 1, pieces.size()));
        List<String> before = names(left.substring(Math.max(0, left.length() - MOST_CHARS)));
        List<String> after = names(right.substring(0, Math.min(right.length(), MOST_CHARS)));
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
            if (i < before.size()) {
                names.add(before.get(before.size() - 1 - i));
            }
            if (i < after.size()) {
                names.add(after.get(i));
            }
        }
        return names.stream()
                .filter(name -> !LITERALS.contains(name) && wanted.test(name))
                .flatMap(name -> spelling(name, hidden, longest).stream())
                .limit(most)
                .toList();
    }

    /**
     * Answers to a hole without what they say past it, the first ones that differ. An answer that is too long often
     * says what follows the hole and goes on: in front of <code>;</code> and a line's end <code>
     * limit;\n} int size() {\n return size</code>.
     */
    List<Spelling> cut(int hole, List<String> answers, String hidden, int most, int longest) {
        String after = pieces.get(hole + 1);
        return answers.stream()
                .flatMap(answer -> cut(answer, after).stream())
                .distinct()
                .flatMap(answer -> spelling(answer, hidden, longest).stream())
                .limit(most)
                .toList();
    }

    /**
     * What stands in front of the rest of the hole's line where an answer says it at the end of a line, outside of all
     * brackets that the answer opens, and goes on.
     */
    static Optional<String> cut(String answer, String after) {
        String rest = after.lines().findFirst().orElse("").stripTrailing();
        int lineEnd = answer.indexOf('\n');
        while (!rest.isBlank() && lineEnd >= 0) {
            String before = answer.substring(0, lineEnd).stripTrailing();
            if (before.endsWith(rest)) {
                return Optional.of(before.substring(0, before.length() - rest.length()))
                        .filter(cut -> !cut.isBlank() && opened(cut) <= 0);
            }
            lineEnd = answer.indexOf('\n', lineEnd + 1);
        }
        return Optional.empty();
    }

    /** How many more brackets a text opens than it closes. */
    private static int opened(String text) {
        return text.chars()
                .map(next -> "([{".indexOf(next) >= 0 ? 1 : ")]}".indexOf(next) >= 0 ? -1 : 0)
                .sum();
    }

    private Optional<Spelling> spelling(String text, String hidden, int longest) {
        int[] ids = tokenizer.encodeOrdinary(hidden + text);
        return ids.length >= 1 && ids.length <= longest ? Optional.of(new Spelling(text, ids)) : Optional.empty();
    }

    private static List<String> names(String text) {
        return NAME.matcher(text).results().map(MatchResult::group).toList();
    }
}
