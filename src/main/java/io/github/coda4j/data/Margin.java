package io.github.coda4j.data;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Takes code out of its surroundings. */
final class Margin {
    private Margin() {}

    /** Lines [first, end) with the indentation of the first one taken off all of them. */
    static String removed(String[] lines, int first, int end) {
        int margin = indentation(lines[first]);
        return Arrays.stream(lines, first, end)
                .map(line -> line.substring(Math.min(margin, indentation(line))).stripTrailing())
                .collect(Collectors.joining("\n"))
                .stripTrailing();
    }

    /** Spaces and tabs that the line begins with. */
    static int indentation(String line) {
        int count = 0;
        while (count < line.length() && (line.charAt(count) == ' ' || line.charAt(count) == '\t')) {
            count++;
        }
        return count;
    }
}
