package io.github.coda4j.syntax;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Reads an answer line by line for {@link AnswerEnd#ofBlock(String, String, String)}. */
final class LayoutScan {
    private static final int TAB = 4;

    private static final Set<String> GO_ON =
            Set.of("else", "elif", "elsif", "catch", "except", "finally", "rescue", "ensure", "end", "then", "where");

    private static final String OPERATORS = "{.?:&|+-*/%=<>,";
    private static final List<String> INTRODUCING = List.of("//", "/*", "*", "#", "--", "@");

    private final String answer;
    /** Blanks before the answer in its first line, or the indentation of that line if something stands there. */
    private final int base;

    private final boolean startsLine;
    /** Brackets that the answer has opened and not closed. */
    private int depth;

    LayoutScan(String before, String answer) {
        this.answer = answer;
        String line = before.substring(Lines.start(before, before.length()));
        this.startsLine = line.isBlank();
        this.base = width(line);
    }

    OptionalInt end() {
        int start = 0;
        int indentation = base;
        boolean begun = !startsLine;
        int lastText = 0;
        while (start < answer.length()) {
            int next = Lines.next(answer, start);
            String line = answer.substring(start, next);
            String words = line.strip();
            if (!words.isEmpty()) {
                int own = width(line) + (start == 0 && startsLine ? base : 0);
                boolean follows = start > 0 && begun && lastText > 0;
                if (follows && depth == 0 && own <= indentation && !goesOn(words)) {
                    return OptionalInt.of(lastText);
                }
                if (!begun) {
                    indentation = own;
                    begun = depth > 0 || INTRODUCING.stream().noneMatch(words::startsWith);
                }
                int closing = closing(line);
                if (closing >= 0) {
                    return OptionalInt.of(
                            answer.substring(0, start + closing).stripTrailing().length());
                }
                lastText = start + line.stripTrailing().length();
            }
            start = next;
        }
        return OptionalInt.empty();
    }

    private static boolean goesOn(String words) {
        int end = 0;
        while (end < words.length() && Character.isLetter(words.charAt(end))) {
            end++;
        }
        return GO_ON.contains(words.substring(0, end))
                || (OPERATORS.indexOf(words.charAt(0)) >= 0
                        && INTRODUCING.stream().noneMatch(words::startsWith));
    }

    /** Follows the brackets of a line outside of quotes; where one closes that the answer did not open, or -1. */
    private int closing(String line) {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if ("\"'`".indexOf(c) >= 0 && line.indexOf(c, i + 1) > 0) {
                quote = c;
            } else if ("([{".indexOf(c) >= 0) {
                depth++;
            } else if (")]}".indexOf(c) >= 0 && --depth < 0) {
                return i;
            }
        }
        return -1;
    }

    /** Columns of the blanks that a line begins with. */
    private static int width(String line) {
        int width = 0;
        for (int i = 0; i < line.length() && (line.charAt(i) == ' ' || line.charAt(i) == '\t'); i++) {
            width += line.charAt(i) == '\t' ? TAB : 1;
        }
        return width;
    }
}
