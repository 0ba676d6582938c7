package io.github.coda4j.data;

import java.util.Optional;

/**
 * A method or function as it stands in its file, moved to the left margin.
 *
 * @param language JAVA or PYTHON
 * @param summary first sentence of its documentation, if it has one
 * @param code the whole of it without the documentation before it; ends without a line end
 * @param headLines how many of its first lines are the signature
 */
record FunctionSource(Language language, Optional<String> summary, String code, int headLines) {
    private static final int MAX_CHARACTERS = 1200;
    private static final int MIN_LINES = 3;
    private static final int MAX_LINES = 30;

    /** Whether it is worth learning from: neither trivial nor long. */
    boolean isUsable() {
        long lines = code.lines().count();
        return lines >= MIN_LINES
                && lines <= MAX_LINES
                && code.length() <= MAX_CHARACTERS
                && lines > headLines
                && code.chars().allMatch(c -> c == '\n' || c == '\t' || c >= ' ');
    }

    /** The name of the language in a sentence. */
    String languageName() {
        return language == Language.JAVA ? "Java" : "Python";
    }

    /** How a fenced block of it opens. */
    String fence() {
        return language == Language.JAVA ? "java" : "python";
    }
}
