package io.github.coda4j.generate;

import io.github.coda4j.text.Tokenizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The names in a document, whatever they are of.
 *
 * @param pieces its text before, between and after the holes
 */
record DocumentNames(List<String> pieces, Tokenizer tokenizer) {
    private static final Pattern NAME = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
    /** How far from a hole names are looked for, on each side. */
    private static final int MOST_CHARS = 100_000;

    /** An answer that is a name, or one of the object itself. */
    private static final Pattern NAMED = Pattern.compile("\\s*(?:(?:this|self)\\.)?" + NAME + "\\s*");

    /** Whether an answer is nothing but a name. */
    static boolean isName(String answer) {
        return NAMED.matcher(answer).matches();
    }

    /**
     * The names that stand nearest to a hole, as its tokens would spell them.
     *
     * @param hidden what of the text before the hole its tokens repeat
     * @param longest the most tokens of a name
     */
    List<int[]> near(int hole, String hidden, int most, int longest) {
        String left = String.join("\n", pieces.subList(0, hole + 1));
        String right = String.join("\n", pieces.subList(hole + 1, pieces.size()));
        List<String> before = names(left.substring(Math.max(0, left.length() - MOST_CHARS)));
        List<String> after = names(right.substring(0, Math.min(right.length(), MOST_CHARS)));
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < Math.max(before.size(), after.size()) && names.size() < most; i++) {
            if (i < before.size()) {
                names.add(before.get(before.size() - 1 - i));
            }
            if (i < after.size()) {
                names.add(after.get(i));
            }
        }
        return names.stream()
                .map(name -> tokenizer.encodeOrdinary(hidden + name))
                .filter(ids -> ids.length >= 1 && ids.length <= longest)
                .limit(most)
                .toList();
    }

    private static List<String> names(String text) {
        return NAME.matcher(text).results().map(MatchResult::group).toList();
    }
}
