package io.github.coda4j.generate;

import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Behind the statement or block that an answer begins with or completes. Whether one is over shows in the first word
 * that follows: a block behind which stands {@code else} goes on. So a line is looked at when the next one has a word,
 * and waits until then.
 */
final class BlockEnd implements EndRule {
    private final Function<String, OptionalInt> ends;
    /** Everything before it belongs to the answer. */
    private int certain;

    /** @param ends where the block of an answer ends; empty where it does not */
    BlockEnd(Function<String, OptionalInt> ends) {
        this.ends = ends;
    }

    @Override
    public OptionalInt end(CharSequence text, boolean whole) {
        String all = text.toString();
        if (whole) {
            OptionalInt end = ends.apply(all);
            return end.isPresent() && end.getAsInt() < all.length() ? end : OptionalInt.empty();
        }
        int line = Math.max(all.lastIndexOf('\n'), all.lastIndexOf('\r')) + 1;
        int word = wordEnd(all, line);
        if (line <= certain || word < 0) {
            return OptionalInt.empty();
        }
        OptionalInt end = ends.apply(all.substring(0, word));
        if (end.isPresent() && end.getAsInt() <= line) {
            return end;
        }
        certain = line;
        return OptionalInt.empty();
    }

    @Override
    public int held(CharSequence text) {
        return text.length() - Math.min(certain, text.length());
    }

    /** Where the first word behind a place ends; -1 while it may go on. */
    private static int wordEnd(String text, int from) {
        int start = from;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        if (start == text.length()) {
            return -1;
        }
        int end = start;
        while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
            end++;
        }
        if (end == start) {
            return start + 1;
        }
        return end == text.length() ? -1 : end;
    }
}
