package io.github.coda4j.generate;

import io.github.coda4j.text.Tokenizer;

/**
 * How far a text reaches from a place, to one side, in so many tokens: by whole lines, or by a part of the first one
 * where that alone is too long. Only what is reached is tokenized, and a little beyond.
 */
final class TokenReach {
    /** Chars that are likely to hold a token, for a first guess. */
    private static final int CHARS_PER_TOKEN = 4;

    private final Tokenizer tokenizer;
    private final CharSequence text;
    private final int from;
    private final boolean forward;
    /** Chars on this side. */
    private final int size;
    /** Chars reached, and their tokens; these are exact but for tokens across borders of lines. */
    private int distance;

    private int tokens;
    /** The same at the last border of lines; 0 when none was reached. */
    private int line;

    private int lineTokens;

    private TokenReach(Tokenizer tokenizer, CharSequence text, int from, boolean forward, int size) {
        this.tokenizer = tokenizer;
        this.text = text;
        this.from = from;
        this.forward = forward;
        this.size = size;
    }

    /** From a place back to the start of the text. */
    static TokenReach back(Tokenizer tokenizer, CharSequence text, int from) {
        return new TokenReach(tokenizer, text, from, false, from);
    }

    /** From a place on to another. */
    static TokenReach on(Tokenizer tokenizer, CharSequence text, int from, int end) {
        return new TokenReach(tokenizer, text, from, true, end - from);
    }

    /** Chars reached. */
    int distance() {
        return distance;
    }

    /** About how many tokens they are. */
    int tokens() {
        return tokens;
    }

    boolean exhausted() {
        return distance == size;
    }

    /** Goes on until about that many tokens are reached in all, or nothing more fits. */
    void growTo(int budget) {
        boolean fits = true;
        while (fits && distance < size && tokens < budget) {
            int room = budget - tokens;
            int next = border(distance + (int) Math.min(size - distance, CHARS_PER_TOKEN * (long) room));
            int[] ids = encode(distance, next);
            fits = ids.length <= room;
            if (!fits) {
                next = trimmed(next, ids, room);
                ids = encode(distance, next);
                while (ids.length > room) {
                    next = border(next - 1);
                    ids = encode(distance, next);
                }
            }
            distance = next;
            tokens += ids.length;
            if (isBorder(distance)) {
                line = distance;
                lineTokens = tokens;
            }
        }
        if (line > 0) {
            distance = line;
            tokens = lineTokens;
        }
    }

    /**
     * The farthest border of lines up to that distance and beyond what is reached; where there is none, the distance
     * itself, or one char less in the middle of a pair.
     */
    private int border(int limit) {
        int border = Math.max(limit, distance);
        while (border > distance && !isBorder(border)) {
            border--;
        }
        return border > distance ? border : wholeChar(Math.max(limit, distance));
    }

    /** The same, of the part that the nearest {@code room} tokens hold. */
    private int trimmed(int end, int[] ids, int room) {
        long bytes = 0;
        for (int i = 0; i < room; i++) {
            bytes += tokenizer.tokenBytes(ids[forward ? i : ids.length - 1 - i]).length;
        }
        int limit = distance;
        while (limit < end) {
            int width = limit + 1 < end && wholeChar(limit + 1) == limit ? 2 : 1;
            bytes -= width == 2 ? 4 : bytes(charAt(limit));
            if (bytes < 0) {
                break;
            }
            limit += width;
        }
        return border(limit);
    }

    private int[] encode(int start, int end) {
        String part = forward
                ? text.subSequence(from + start, from + end).toString()
                : text.subSequence(from - end, from - start).toString();
        return part.isEmpty() ? new int[0] : tokenizer.encodeOrdinary(part);
    }

    private char charAt(int at) {
        return text.charAt(forward ? from + at : from - at - 1);
    }

    private int index(int at) {
        return forward ? from + at : from - at;
    }

    private boolean isBorder(int at) {
        return at == size || isLineStart(text, index(at));
    }

    private int wholeChar(int at) {
        int index = index(at);
        boolean inPair = index > 0
                && index < text.length()
                && Character.isHighSurrogate(text.charAt(index - 1))
                && Character.isLowSurrogate(text.charAt(index));
        return inPair ? at - 1 : at;
    }

    private static int bytes(char c) {
        return c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
    }

    /** Whether a line begins at that index. */
    static boolean isLineStart(CharSequence text, int index) {
        if (index == 0) {
            return true;
        }
        char previous = text.charAt(index - 1);
        return previous == '\n' || (previous == '\r' && (index == text.length() || text.charAt(index) != '\n'));
    }
}
