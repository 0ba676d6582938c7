package io.github.coda4j.data;

import com.github.javaparser.JavaParser;
import com.github.javaparser.JavaToken;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.TokenRange;
import com.github.javaparser.ast.CompilationUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes comments out of Java files, all or those that explain nothing, as JavaParser's tokens find them. */
final class JavaComments {
    /** Stands where a comment was; no Java token holds it. */
    private static final char REMOVED = '\u0000';

    private static final int FEWEST_WORDS = 3;
    private static final int LONGEST = 160;
    private static final Pattern WORD = Pattern.compile("\\p{L}{2,}");
    private static final Pattern TAG = Pattern.compile("(?m)^\\s*@\\w+");
    private static final Pattern NO_WORDS = Pattern.compile(
            "[;{}]\\s*$|^\\s*(TODO|FIXME|XXX|NOPMD|NOSONAR|noinspection|@formatter|CHECKSTYLE|\\$)|=\\s*new ");

    private JavaComments() {}

    /**
     * The text without comments and without the lines that held nothing else; the same text when it cannot be parsed.
     */
    static String drop(String text) {
        if (text.indexOf(REMOVED) >= 0) {
            return text;
        }
        return tokens(text).map(tokens -> with(tokens, false)).orElse(text);
    }

    /**
     * The text with those comments that explain code, cut to their first sentence on one line: no license headers, no
     * tags, no code that was commented out, and none of fewer than {@value #FEWEST_WORDS} words or more than
     * {@value #LONGEST} characters. The same text when it cannot be parsed.
     */
    static String shorten(String text) {
        if (text.indexOf(REMOVED) >= 0) {
            return text;
        }
        return tokens(text).map(tokens -> with(tokens, true)).orElse(text);
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

    private static String with(TokenRange tokens, boolean explanations) {
        StringBuilder marked = new StringBuilder();
        boolean any = false;
        boolean header = true;
        for (JavaToken token : tokens) {
            boolean comment = token.getCategory().isComment();
            header &= comment || token.getCategory().isWhitespaceOrComment();
            any |= comment;
            if (comment) {
                marked.append(explanations && !header ? explanation(token.getText()) : String.valueOf(REMOVED));
            } else {
                boolean joins =
                        endsWithComment(marked) && isWord(token.getText().charAt(0)) && isWordBefore(marked);
                marked.append(joins ? " " : "").append(token.getText());
            }
        }
        return any ? withoutEmptiedLines(marked.toString()) : marked.toString();
    }

    /** What stays of a comment: one line, or the mark of what went. */
    private static String explanation(String comment) {
        boolean line = comment.startsWith("//");
        boolean doc = comment.startsWith("/**");
        String end = line && comment.endsWith("\n") ? comment.endsWith("\r\n") ? "\r\n" : "\n" : "";
        String words = line
                ? comment.replaceFirst("^/+", "").strip()
                : sentence(comment.substring(doc ? 3 : 2, Math.max(doc ? 3 : 2, comment.length() - 2)));
        long count = WORD.matcher(words).results().limit(FEWEST_WORDS).count();
        if (count < FEWEST_WORDS
                || words.length() > LONGEST
                || NO_WORDS.matcher(words).find()) {
            return REMOVED + end;
        }
        return line ? "// " + words + end : (doc ? "/** " : "/* ") + words + " */";
    }

    private static String sentence(String inner) {
        String text = inner.replaceAll("(?m)^\\s*\\*+", "");
        int tags = tagsAt(text);
        return FirstSentence.of(text.substring(0, tags)
                .replaceAll("\\{@\\w+\\s+([^}]*)}", "$1")
                .replaceAll("</\\w+>", "")
                .replaceAll("<[^>]*>", " "));
    }

    private static int tagsAt(String text) {
        Matcher tag = TAG.matcher(text);
        return tag.find() ? tag.start() : text.length();
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
