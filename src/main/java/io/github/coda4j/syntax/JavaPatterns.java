package io.github.coda4j.syntax;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes patterns that the grammar does not know as ones of the same length that it does: record patterns of types with
 * a dot in their names (14.30.1), but for those within others, and several patterns without names in one label
 * (14.11.1). They begin on the line of their keyword: a comment may end with such a word.
 */
final class JavaPatterns {
    private static final Pattern QUALIFIED =
            Pattern.compile("\\b(?:case|instanceof)[ \\t]++\\w++((?:\\.\\w++)++)\\s*+\\(");

    private static final Pattern SEVERAL =
            Pattern.compile("\\bcase[ \\t]++[\\w.]++\\s++_((?:\\s*+,\\s*+[\\w.]++\\s++_)++)\\s*+(?:->|:|when\\b)");

    private JavaPatterns() {}

    /** A text with other names and labels; everything else is where it was. */
    static String known(String text) {
        return replaced(replaced(text, QUALIFIED, "\\.", "_"), SEVERAL, "\\S", " ");
    }

    /** Replaces chars in what the first group of a pattern finds. */
    private static String replaced(String text, Pattern pattern, String what, String by) {
        Matcher found = pattern.matcher(text);
        StringBuilder changed = new StringBuilder(text.length());
        int end = 0;
        while (found.find()) {
            changed.append(text, end, found.start(1)).append(found.group(1).replaceAll(what, by));
            end = found.end(1);
        }
        return end == 0 ? text : changed.append(text, end, text.length()).toString();
    }
}
