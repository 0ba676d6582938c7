package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Borders of lines. */
final class Lines {
    private Lines() {}

    /** Where the line of that index begins. */
    static int start(String text, int index) {
        int start = index;
        while (start > 0 && !isEnd(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    /** Where the next line begins; the text's length in the last line. */
    static int next(String text, int index) {
        int end = index;
        while (end < text.length() && !isEnd(text.charAt(end))) {
            end++;
        }
        if (end < text.length()
                && text.charAt(end) == '\r'
                && end + 1 < text.length()
                && text.charAt(end + 1) == '\n') {
            return end + 2;
        }
        return Math.min(end + 1, text.length());
    }

    /** The number of the line of that index, from 1. */
    static int number(String text, int index) {
        int number = 1;
        int start = 0;
        while (true) {
            int next = next(text, start);
            if (next > index || next == start || !isEnd(text.charAt(next - 1))) {
                return number;
            }
            number++;
            start = next;
        }
    }

    /** Ranges of whole lines in order, those that overlap or touch made one. */
    static List<TextRange> merged(List<TextRange> ranges) {
        List<TextRange> merged = new ArrayList<>();
        for (TextRange range : ranges.stream()
                .sorted(Comparator.comparingInt(TextRange::start))
                .toList()) {
            if (!merged.isEmpty() && merged.getLast().touches(range)) {
                TextRange last = merged.removeLast();
                merged.add(new TextRange(last.start(), Math.max(last.end(), range.end())));
            } else {
                merged.add(range);
            }
        }
        return merged;
    }

    static boolean isEnd(char c) {
        return c == '\n' || c == '\r';
    }
}
