package io.github.coda4j.syntax;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes patterns that the grammar does not know as ones of the same length that it does: record patterns of types with
 * a dot in their names (14.30.1), and several patterns without names in one label (14.11.1), where they begin on one
 * line: a comment may end with such a word.
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
        StringBuilder changed = null;
        while (found.find()) {
            changed = changed == null ? new StringBuilder(text) : changed;
            changed.replace(found.start(1), found.end(1), found.group(1).replaceAll(what, by));
        }
        return changed == null ? text : changed.toString();
    }
}
