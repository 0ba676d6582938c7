package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

/** How long blocks are. */
public sealed interface BlockLength {
    /** So long as makes an answer cheapest by the measured times of forwards: {@link BlockChoice}. */
    record Auto() implements BlockLength {
        @Override
        public String toString() {
            return NAME_OF_AUTO;
        }
    }

    /**
     * A number of tokens.
     *
     * @param tokens at least 1
     */
    record Tokens(int tokens) implements BlockLength {
        public Tokens {
            check(tokens >= 1, "the block length must be at least 1, got %d", tokens);
        }

        @Override
        public String toString() {
            return Integer.toString(tokens);
        }
    }

    /** The name of {@link Auto}. */
    String NAME_OF_AUTO = "auto";

    /** The only {@link Auto}. */
    BlockLength AUTO = new Auto();

    /** What {@link #of} takes, for messages and help. */
    String KNOWN = "a number of tokens from 1 on, or auto";

    /** That number of tokens, at least 1. */
    static BlockLength of(int tokens) {
        return new Tokens(tokens);
    }

    /**
     * The length that a text says.
     *
     * @param text a number of tokens, or {@code auto}
     * @throws IllegalArgumentException for anything else
     */
    static BlockLength of(String text) {
        if (text.equals(NAME_OF_AUTO)) {
            return AUTO;
        }
        try {
            return new Tokens(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a block length is " + KNOWN + ", got '" + text + "'", e);
        }
    }
}
