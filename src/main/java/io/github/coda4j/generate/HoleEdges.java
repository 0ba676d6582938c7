package io.github.coda4j.generate;

/**
 * What of a document's text beside a hole is left to the hole, see {@link SeenText}. The document keeps these characters; an answer that
 * repeats them gives them up.
 *
 * @param afterSpace the text before the hole ends with a space, which the model does not see
 * @param beforeLineEnd the text after the hole begins with line ends, which the model does not see
 */
record HoleEdges(boolean afterSpace, boolean beforeLineEnd) {
    /** Nothing is left to the hole. */
    static final HoleEdges NONE = new HoleEdges(false, false);

    /** How many line ends the text ends with. */
    static int lineEndsAtEnd(CharSequence text) {
        int count = 0;
        while (count < text.length() && isLineEnd(text.charAt(text.length() - 1 - count))) {
            count++;
        }
        return count;
    }

    static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }
}
