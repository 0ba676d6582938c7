package io.github.coda4j.syntax;

import java.util.Optional;
import java.util.OptionalInt;

/** Where an answer ends for an editor that wants less than the model wrote. All ends are counts of chars. */
public final class AnswerEnd {
    private AnswerEnd() {}

    /**
     * The end of the first line that has something in it, without the line end; all of an answer of one line or of
     * blanks.
     */
    public static int ofLine(String answer) {
        int end = 0;
        while (end < answer.length() && Character.isWhitespace(answer.charAt(end))) {
            end++;
        }
        if (end == answer.length()) {
            return end;
        }
        while (end < answer.length() && !Lines.isEnd(answer.charAt(end))) {
            end++;
        }
        return end;
    }

    /**
     * The end of the statement or block that the answer completes or begins with, comments before it included. A
     * semicolon that the text after the hole has already is left out.
     *
     * @param before the text before the hole
     * @param after the text after it
     * @return empty when the answer does not bring one to its end, when what it brings does not parse, or when the text
     *     cannot be parsed
     */
    public static OptionalInt ofBlock(SourceParser parser, String before, String answer, String after) {
        Optional<SyntaxTree> parsed = parser.parse(before + answer + after);
        if (parsed.isEmpty()) {
            return OptionalInt.empty();
        }
        try (SyntaxTree tree = parsed.get()) {
            OptionalInt end = tree.unitEnd(before.length(), before.length() + answer.length());
            if (end.isEmpty()) {
                return end;
            }
            return OptionalInt.of(once(answer, end.getAsInt() - before.length(), after));
        }
    }

    /**
     * The same by brackets and indentation, for a text without a grammar. A statement or block ends before the line
     * that is indented no further than the one that it begins in, outside of its brackets, unless that line goes on
     * with it ({@code else}, an opening brace, an operator); and before a bracket that it did not open. Comments and
     * lines that begin with an at sign belong to what follows. Brackets in quotes that end on their line do not count.
     *
     * @param before the text before the hole
     * @param after the text after it
     * @return empty when the answer does not show an end
     */
    public static OptionalInt ofBlock(String before, String answer, String after) {
        OptionalInt end = new LayoutScan(before, answer).end();
        return end.isEmpty() ? end : OptionalInt.of(once(answer, end.getAsInt(), after));
    }

    /** The length without the semicolon that the text after the hole has already. */
    private static int once(String answer, int length, String after) {
        boolean repeated =
                length > 0 && length < answer.length() && answer.charAt(length - 1) == ';' && after.startsWith(";");
        return repeated ? length - 1 : length;
    }
}
