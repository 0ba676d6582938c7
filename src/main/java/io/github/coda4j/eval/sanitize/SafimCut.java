package io.github.coda4j.eval.sanitize;

import io.github.coda4j.CodaException;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.syntax.SourceParser;
import io.github.coda4j.syntax.SyntaxTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where SAFIM cuts answers before they are judged (Gong et al., "Evaluation of LLMs on Syntax-Aware Code", 2024). */
public final class SafimCut {
    /** Where a line ends for Python's splitlines. */
    private static final String END = "(?:\\r\\n|[\\n\\r\\u000B\\u000C\\u001C-\\u001E\\u0085\\u2028\\u2029])";

    private static final Pattern LINE =
            Pattern.compile("[^\\n\\r\\u000B\\u000C\\u001C-\\u001E\\u0085\\u2028\\u2029]*(?:" + END + "|\\z)");
    /** What stands for a block in Python: four steps of a walk, a statement and its word entered and left. */
    private static final String PASS = "pass";

    private static final int STEPS_OF_PASS = 4;

    private SafimCut() {}

    /** A call: up to the parenthesis that closes the first one opened. */
    public static String call(String answer) {
        int depth = 0;
        for (int i = 0; i < answer.length(); i++) {
            depth += answer.charAt(i) == '(' ? 1 : 0;
            if (answer.charAt(i) == ')') {
                depth--;
                if (depth <= 0) {
                    return answer.substring(0, i + 1);
                }
            }
        }
        return answer;
    }

    /** What controls a statement: in Python the first line that is not blank, otherwise up to a closing parenthesis. */
    public static String control(Grammar grammar, String answer) {
        if (grammar == Grammar.PYTHON) {
            return lines(answer).stream()
                    .map(line -> line.replaceFirst(END + "\\z", ""))
                    .filter(line -> !line.isBlank())
                    .findFirst()
                    .orElse("");
        }
        int depth = 0;
        for (int i = 0; i < answer.length(); i++) {
            depth += answer.charAt(i) == '(' ? 1 : 0;
            depth -= answer.charAt(i) == ')' ? 1 : 0;
            if (depth < 0) {
                return answer.substring(0, i);
            }
        }
        return answer;
    }

    /**
     * A block: its last lines are dropped until the program has no error and its tree outside of the hole is the one
     * that it has with an empty block.
     *
     * @throws CodaException when the language's parser is not there
     */
    public static String block(Grammar grammar, String before, String answer, String behind) {
        List<String> lines = new ArrayList<>(lines(answer));
        try (SourceParser parser = grammar.open()
                .orElseThrow(() -> new CodaException(grammar.missing().orElseThrow()))) {
            boolean python = grammar == Grammar.PYTHON;
            List<String> empty =
                    trace(parser, before + (python ? PASS : "") + behind, false).orElse(List.of());
            while (!lines.isEmpty()) {
                Optional<List<String>> trace = trace(parser, before + String.join("", lines) + behind, true);
                if (trace.isPresent() && surrounds(empty, trace.get(), python ? STEPS_OF_PASS : 0)) {
                    break;
                }
                lines.removeLast();
            }
        }
        return String.join("", lines);
    }

    private static boolean surrounds(List<String> empty, List<String> trace, int ofHole) {
        if (empty.size() > trace.size()) {
            return false;
        }
        int first = 0;
        while (first < empty.size() && empty.get(first).equals(trace.get(first))) {
            first++;
        }
        int last = 0;
        while (last < empty.size() && empty.get(empty.size() - 1 - last).equals(trace.get(trace.size() - 1 - last))) {
            last++;
        }
        return empty.size() - (first + last) == ofHole;
    }

    /** The walk through a program's tree; empty when it may have no error and has one: a lone semicolon is none. */
    private static Optional<List<String>> trace(SourceParser parser, String program, boolean strict) {
        Optional<SyntaxTree> parsed = parser.parse(program);
        if (parsed.isEmpty()) {
            return Optional.empty();
        }
        try (SyntaxTree tree = parsed.get()) {
            boolean wrong = tree.errors().stream()
                    .anyMatch(error ->
                            !error.missing() && !error.range().of(program).equals(";"));
            return strict && wrong ? Optional.empty() : Optional.of(tree.trace());
        }
    }

    /** With their ends. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        Matcher line = LINE.matcher(text);
        while (line.find() && !line.group().isEmpty()) {
            lines.add(line.group());
        }
        return lines;
    }
}
