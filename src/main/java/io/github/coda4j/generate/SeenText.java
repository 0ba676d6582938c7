package io.github.coda4j.generate;

import java.util.BitSet;

/** Which part of a text was seen, and how many tokens its chars make. */
final class SeenText {
    private final int length;
    private final BitSet seen = new BitSet();
    private long chars;
    private long tokens;

    SeenText(int length) {
        this.length = length;
    }

    /** Chars [start, end) were seen. */
    void add(int start, int end) {
        seen.set(start, end);
    }

    /** So many chars were so many tokens. */
    void count(long numChars, long numTokens) {
        chars += numChars;
        tokens += numTokens;
    }

    long unseenChars() {
        return length - seen.cardinality();
    }

    /** About how many tokens a number of chars makes. */
    long tokensOf(long numChars) {
        return chars == 0 ? 0 : Math.round((double) numChars * tokens / chars);
    }
}
