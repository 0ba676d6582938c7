package io.github.coda4j.generate;

/**
 * What of a document's text beside a hole is left to the hole. Tokenizers join a space with the word after it, and a line's end with the
 * punctuation before it: cut there, the text would hold tokens that no model has met in that place. The document keeps these characters;
 * an answer that repeats them gives them up.
 *
 * @param afterSpace the text before the hole ends with a space, which the model does not see
 * @param beforeLineEnd the text after the hole begins with line ends, which the model does not see
 */
record HoleEdges(boolean afterSpace, boolean beforeLineEnd) {
    /** Nothing is left to the hole. */
    static final HoleEdges NONE = new HoleEdges(false, false);

    private static final String LINE_ENDS = "\r\n";

    /** The edges of a hole between two texts; an empty one where there is none. */
    static HoleEdges between(String before, String after) {
        return new HoleEdges(before.endsWith(" "), !after.isEmpty() && isLineEnd(after.charAt(0)));
    }

    /** How many line ends the text ends with. */
    static int lineEndsAtEnd(CharSequence text) {
        int count = 0;
        while (count < text.length() && isLineEnd(text.charAt(text.length() - 1 - count))) {
            count++;
        }
        return count;
    }

    /** The text without the line ends that it begins with. */
    static String withoutLineEnds(String text) {
        int start = 0;
        while (start < text.length() && isLineEnd(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    private static boolean isLineEnd(char c) {
        return LINE_ENDS.indexOf(c) >= 0;
    }
}
