package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of a text file. Lines and columns count from 1, columns in characters (code points); a line may be followed
 * by {@code \n}, {@code \r\n} or {@code \r}, which the columns do not count. The end is exclusive: {@code 3:1-4:1} is
 * line 3 with its line end, {@code 3:5-3:5} is the place before the fifth character.
 */
public record HoleRange(int startLine, int startColumn, int endLine, int endColumn) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,9})-(\\d{1,9}):(\\d{1,9})");

    public HoleRange {
        check(
                startLine >= 1 && startColumn >= 1 && endLine >= 1 && endColumn >= 1,
                "lines and columns of a hole count from 1, got %d:%d-%d:%d",
                startLine,
                startColumn,
                endLine,
                endColumn);
        check(
                endLine > startLine || (endLine == startLine && endColumn >= startColumn),
                "the hole %d:%d-%d:%d ends before it starts",
                startLine,
                startColumn,
                endLine,
                endColumn);
    }

    /** Reads {@code LINE:COL-LINE:COL}. */
    public static HoleRange parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        check(matcher.matches(), "a hole is written LINE:COL-LINE:COL, for example 3:5-3:20, got '%s'", text);
        return new HoleRange(number(matcher, 1), number(matcher, 2), number(matcher, 3), number(matcher, 4));
    }

    @Override
    public String toString() {
        return startLine + ":" + startColumn + "-" + endLine + ":" + endColumn;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
