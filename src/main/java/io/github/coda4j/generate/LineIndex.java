package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;

/** Where the lines of a text start and end. */
final class LineIndex {
    private final String text;
    private final List<Line> lines = new ArrayList<>();

    /** Chars [start, end) without the line end. */
    private record Line(int start, int end) {}

    LineIndex(String text) {
        this.text = text;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                lines.add(new Line(start, i));
                if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        lines.add(new Line(start, text.length()));
    }

    /** Char index of the start or end of the range. */
    int offset(HoleRange range, boolean atStart) {
        int line = atStart ? range.startLine() : range.endLine();
        int column = atStart ? range.startColumn() : range.endColumn();
        check(
                line <= lines.size(),
                "hole %s is outside the file: line %d asked for, the file ends at line %d column %d",
                range,
                line,
                lines.size(),
                lastColumn(lines.getLast()));
        Line found = lines.get(line - 1);
        check(
                column <= lastColumn(found),
                "hole %s is outside the file: column %d of line %d asked for, that line ends at column %d "
                        + "(the file has %d lines)",
                range,
                column,
                line,
                lastColumn(found),
                lines.size());
        return text.offsetByCodePoints(found.start, column - 1);
    }

    /** The column behind the line's last character. */
    private int lastColumn(Line line) {
        return text.codePointCount(line.start, line.end) + 1;
    }
}
