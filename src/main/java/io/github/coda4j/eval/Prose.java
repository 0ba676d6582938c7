package io.github.coda4j.eval;

import java.util.ArrayList;
import java.util.List;

/** Paragraphs of a page in lines that fit. */
final class Prose {
    static final int WIDTH = 120;

    private Prose() {}

    /** The words of a text in lines of at most {@value #WIDTH} characters, as far as words are shorter. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
