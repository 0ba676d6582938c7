package io.github.coda4j.generate;

/**
 * What the model sees of a text beside holes, without the characters that are left to them: tokenizers join a space with the word after
 * it, and a line's end with the punctuation before it. Cut there, the text would hold tokens that no model has met in that place.
 *
 * @param text what is seen
 * @param withoutLineEnds the line ends at its start belong to the hole before it
 * @param withoutSpace the space at its end belongs to the hole after it
 */
record SeenText(String text, boolean withoutLineEnds, boolean withoutSpace) {
    static final SeenText NOTHING = new SeenText("", false, false);

    /** The cut text; the text as it is when nothing would be left of it, for then two holes would run into one. */
    static SeenText of(String text, boolean afterHole, boolean beforeHole) {
        int start = afterHole ? numLineEnds(text) : 0;
        int end = beforeHole && text.endsWith(" ") ? text.length() - 1 : text.length();
        return start >= end
                ? new SeenText(text, false, false)
                : new SeenText(text.substring(start, end), start > 0, end < text.length());
    }

    private static int numLineEnds(String text) {
        int count = 0;
        while (count < text.length() && HoleEdges.isLineEnd(text.charAt(count))) {
            count++;
        }
        return count;
    }
}
