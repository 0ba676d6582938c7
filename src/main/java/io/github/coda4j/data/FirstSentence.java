package io.github.coda4j.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first sentence of a documentation text, on one line. */
final class FirstSentence {
    private static final Pattern END = Pattern.compile("[.!?](\\s|$)|\n\\s*\n");

    private FirstSentence() {}

    static String of(String text) {
        String stripped = text.strip();
        Matcher end = END.matcher(stripped);
        String sentence = end.find() ? stripped.substring(0, end.start() + 1) : stripped;
        return sentence.replaceAll("\\s+", " ").strip();
    }
}
