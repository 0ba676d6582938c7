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

    /**
     * The text without comments and without the lines that held nothing else; the same text when it cannot be parsed.
     */
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
        boolean any = false;
        for (JavaToken token : tokens) {
            boolean comment = token.getCategory().isComment();
            any |= comment;
            if (comment) {
                marked.append(REMOVED);
            } else {
                boolean joins =
                        endsWithComment(marked) && isWord(token.getText().charAt(0)) && isWordBefore(marked);
                marked.append(joins ? " " : "").append(token.getText());
            }
        }
        return any ? withoutEmptiedLines(marked.toString()) : marked.toString();
    }

    private static boolean endsWithComment(CharSequence text) {
        return !text.isEmpty() && text.charAt(text.length() - 1) == REMOVED;
    }

    private static boolean isWordBefore(CharSequence text) {
        return text.length() > 1 && isWord(text.charAt(text.length() - 2));
    }

    private static boolean isWord(char c) {
        return Character.isJavaIdentifierPart(c) && c != REMOVED;
    }

    /**
     * Lines that held nothing but comments go; of two blank lines that meet there, one goes, and so do those before the
     * first line.
     */
    private static String withoutEmptiedLines(String marked) {
        StringBuilder kept = new StringBuilder(marked.length());
        boolean blankBefore = true;
        boolean emptiedBefore = true;
        int start = 0;
        while (start < marked.length()) {
            int newline = marked.indexOf('\n', start);
            int end = newline < 0 ? marked.length() : newline + 1;
            String line = marked.substring(start, end);
            String rest = line.replace(String.valueOf(REMOVED), "");
            boolean held = rest.length() < line.length();
            start = end;
            if (held && rest.isBlank()) {
                emptiedBefore = true;
            } else if (rest.isBlank() && blankBefore && emptiedBefore) {
                blankBefore = true;
            } else {
                kept.append(held ? rest.stripTrailing() + lineEnd(rest) : rest);
                blankBefore = rest.isBlank();
                emptiedBefore = false;
            }
        }
        return kept.toString();
    }

    private static String lineEnd(String line) {
        return line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : "";
    }
}
