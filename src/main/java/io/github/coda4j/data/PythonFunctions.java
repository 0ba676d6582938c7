package io.github.coda4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the functions of a Python file by their indentation. */
final class PythonFunctions {
    private static final Pattern DEFINITION = Pattern.compile("\\s*(async\\s+)?def\\s+\\w+\\s*\\(.*");
    private static final Pattern HEAD_END = Pattern.compile(".*:\\s*(#.*)?");
    private static final Pattern DOCSTRING = Pattern.compile("\\s*[rRuU]?(\"\"\"|''')(.*)");
    private static final int MAX_HEAD_LINES = 8;

    private PythonFunctions() {}

    /** All functions and methods whose signature ends within a few lines; nested ones stay inside the outer one too. */
    static List<FunctionSource> of(String text) {
        String[] lines = text.split("\n", -1);
        List<FunctionSource> found = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (DEFINITION.matcher(lines[i]).matches()) {
                source(lines, i).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<FunctionSource> source(String[] lines, int first) {
        int body = first;
        while (body < lines.length
                && body - first < MAX_HEAD_LINES
                && !HEAD_END.matcher(lines[body]).matches()) {
            body++;
        }
        if (body == lines.length || body - first == MAX_HEAD_LINES) {
            return Optional.empty();
        }
        body++;
        int margin = Margin.indentation(lines[first]);
        int end = body;
        int lastCode = first;
        while (end < lines.length && (lines[end].isBlank() || Margin.indentation(lines[end]) > margin)) {
            if (!lines[end].isBlank()) {
                lastCode = end;
            }
            end++;
        }
        if (lastCode < body) {
            return Optional.empty();
        }
        return Optional.of(new FunctionSource(
                Language.PYTHON,
                docstring(lines, body, lastCode + 1),
                Margin.removed(lines, first, lastCode + 1),
                body - first));
    }

    private static Optional<String> docstring(String[] lines, int from, int end) {
        Matcher opening = DOCSTRING.matcher(lines[from]);
        if (!opening.matches()) {
            return Optional.empty();
        }
        String quotes = opening.group(1);
        StringBuilder text = new StringBuilder();
        String line = opening.group(2);
        for (int i = from; i < end; line = ++i < end ? lines[i] : "") {
            int close = line.indexOf(quotes);
            text.append(close >= 0 ? line.substring(0, close) : line).append('\n');
            if (close >= 0) {
                return Optional.of(FirstSentence.of(text.toString()));
            }
        }
        return Optional.empty();
    }
}
