package io.github.coda4j.data;

import com.github.javaparser.JavaParser;
import com.github.javaparser.JavaToken;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.TokenRange;
import com.github.javaparser.ast.CompilationUnit;
import java.util.Optional;

/** Takes the comments out of Java files, as JavaParser's tokens find them. */
final class JavaComments {
    /** Stands where a comment was; no Java token holds it. */
    private static final char REMOVED = '\u0000';

    private JavaComments() {}

    /** The text without comments and without the lines that held nothing else; the same text when it cannot be parsed. */
    static String drop(String text) {
        if (text.indexOf(REMOVED) >= 0) {
            return text;
        }
        return tokens(text).map(JavaComments::withoutComments).orElse(text);
    }

    private static Optional<TokenRange> tokens(String text) {
        ParserConfiguration configuration = new ParserConfiguration()
                .setLanguageLevel(ParserConfiguration.LanguageLevel.BLEEDING_EDGE)
                .setAttributeComments(false);
        try {
            return new JavaParser(configuration)
                    .parse(text)
                    .getResult()
                    .filter(unit -> unit.getParsed() == CompilationUnit.Parsedness.PARSED)
                    .flatMap(CompilationUnit::getTokenRange);
        } catch (StackOverflowError e) {
            return Optional.empty(); // expressions nested a thousand deep, in generated files
        }
    }

    private static String withoutComments(TokenRange tokens) {
        StringBuilder marked = new StringBuilder();
        for (JavaToken token : tokens) {
            if (token.getCategory().isComment()) {
                marked.append(REMOVED);
            } else {
                marked.append(token.getText());
            }
        }
        StringBuilder kept = new StringBuilder(marked.length());
        int start = 0;
        while (start < marked.length()) {
            int newline = marked.indexOf("\n", start);
            int end = newline < 0 ? marked.length() : newline + 1;
            appendLine(marked.substring(start, end), kept);
            start = end;
        }
        return kept.toString();
    }

    private static void appendLine(String line, StringBuilder kept) {
        if (line.indexOf(REMOVED) < 0) {
            // The first line of the text is not a blank one, and no two blank lines follow each other where a comment
            // was between them.
            boolean second = kept.isEmpty() || endsBlank(kept);
            if (!line.isBlank() || !second) {
                kept.append(line);
            }
            return;
        }
        String rest = line.replace(String.valueOf(REMOVED), "");
        if (!rest.isBlank()) {
            kept.append(rest.stripTrailing()).append(line.endsWith("\n") ? "\n" : "");
        }
    }

    private static boolean endsBlank(StringBuilder text) {
        int last = text.length() - 1;
        return last > 0 && text.charAt(last) == '\n' && text.charAt(last - 1) == '\n';
    }
}
