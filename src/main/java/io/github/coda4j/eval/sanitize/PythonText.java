package io.github.coda4j.eval.sanitize;

/** Texts as Python treats them. */
public final class PythonText {
    private PythonText() {}

    /** Without what Python calls white space at both ends. */
    public static String strip(String text) {
        return stripStart(stripEnd(text));
    }

    /** Without what Python calls white space at its start. */
    public static String stripStart(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    /** Without what Python calls white space at its end. */
    public static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }
}
