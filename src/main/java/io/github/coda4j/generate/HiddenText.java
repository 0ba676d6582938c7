package io.github.coda4j.generate;

/**
 * Characters of a document beside a hole that the model does not see. Tokenizers join a space with the word after it,
 * and a line's end with the punctuation before it: a text that is cut there would hold tokens that no model has met in
 * that place. So these characters are left to the hole. The document keeps them; an answer that repeats them gives them
 * up.
 *
 * @param before the space before the hole, or nothing
 * @param after the line ends after the hole, or nothing
 */
public record HiddenText(String before, String after) {
    /** Everything is seen. */
    static final HiddenText NOTHING = new HiddenText("", "");

    /** How many characters of an answer repeat the line ends after the hole: as many line ends, of whatever kind. */
    int numRepeated(CharSequence answer) {
        int repeated = 0;
        int rest = after.length();
        while (rest > 0 && isLineEnd(answer, answer.length() - 1 - repeated)) {
            repeated += widthAt(answer, answer.length() - repeated);
            rest -= widthAt(after, rest);
        }
        return repeated;
    }

    /** How many characters at the end of an answer may yet turn out to repeat the line ends after the hole. */
    int numWaiting(CharSequence answer) {
        int count = 0;
        while (!after.isEmpty() && isLineEnd(answer, answer.length() - 1 - count)) {
            count++;
        }
        return count;
    }

    /** What the model sees of a text between holes, or beside one: the rest of it is hidden. */
    record Seen(String hiddenStart, String text, String hiddenEnd) {
        /** All of it where nothing else parts two holes. */
        static Seen of(String text, boolean afterHole, boolean beforeHole) {
            int start = 0;
            while (afterHole && isLineEnd(text, start)) {
                start++;
            }
            int end = beforeHole && text.length() > start && text.endsWith(" ") ? text.length() - 1 : text.length();
            return start == end && afterHole && beforeHole
                    ? new Seen("", text, "")
                    : new Seen(text.substring(0, start), text.substring(start, end), text.substring(end));
        }
    }

    private static int widthAt(CharSequence text, int end) {
        return end >= 2 && text.charAt(end - 1) == '\n' && text.charAt(end - 2) == '\r' ? 2 : 1;
    }

    private static boolean isLineEnd(CharSequence text, int index) {
        return index >= 0 && index < text.length() && (text.charAt(index) == '\n' || text.charAt(index) == '\r');
    }
}
