package io.github.coda4j.generate;

import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in a document, whatever they are of.
 *
 * @param pieces its text before, between and after the holes
 */
record DocumentNames(List<String> pieces, Tokenizer tokenizer) {
    private static final Pattern NAME = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
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
        List<String> before = new ArrayList<>();
        for (int piece = 0; piece <= hole; piece++) {
            addNames(pieces.get(piece), before);
        }
        List<String> after = new ArrayList<>();
        for (int piece = hole + 1; piece < pieces.size(); piece++) {
            addNames(pieces.get(piece), after);
        }
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

    private static void addNames(String text, List<String> names) {
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
    }
}
