package io.github.coda4j.serve;

import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A hole that has to be filled in a time in which its length cannot be looked for: how many masks it has, and in how
 * many steps they are filled, against the stored keys and values of the text around them.
 *
 * @param tokens masks of the hole, at least 1
 * @param steps forwards, in [1, tokens]
 */
record Haste(int tokens, int steps) {
    /** Forwards of about so many rows that a search for a length takes; 61 were counted for a hole of up to 16. */
    static final int SEARCH_FORWARDS = 64;

    /** Rows of such a forward: the hole, and what stands right beside it. */
    static final int SEARCH_ROWS = 16;

    /** Tokens of a forward at most, but where the shortest hole takes more: the more at once, the worse they fit. */
    static final int AT_ONCE = 4;

    /** A hole is not made shorter than this. */
    static final int SHORTEST = 8;

    /** Of the time; the rest is for what steps take more than when they were measured. */
    private static final double SHARE = 0.8;

    /**
     * The plan for a hole: as many masks as can be filled in time.
     *
     * @param millis from the first commit to the end; 0 or less: no limit
     * @param ceiling the most tokens that are wanted, at least 1
     * @param stepMillis what a forward of so many rows against stored keys and values takes
     * @return empty where there is time to look for the hole's length
     */
    static Optional<Haste> of(int millis, int ceiling, IntToDoubleFunction stepMillis) {
        double time = SHARE * millis;
        if (millis <= 0 || SEARCH_FORWARDS * stepMillis.applyAsDouble(SEARCH_ROWS) <= time) {
            return Optional.empty();
        }
        int shortest = Math.min(ceiling, SHORTEST);
        int tokens = IntStream.iterate(ceiling, n -> n > shortest, n -> n - 1)
                .filter(n -> Math.ceilDiv(n, AT_ONCE) <= forwards(time, stepMillis.applyAsDouble(n)))
                .findFirst()
                .orElse(shortest);
        return Optional.of(new Haste(tokens, Math.min(tokens, forwards(time, stepMillis.applyAsDouble(tokens)))));
    }

    /** The first one makes the first commit: its time is not of this limit. */
    private static int forwards(double time, double each) {
        return 1 + (int) Math.min(Integer.MAX_VALUE - 1, time / each);
    }
}
