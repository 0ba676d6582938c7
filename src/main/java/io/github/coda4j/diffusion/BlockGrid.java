package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;

/**
 * Which block of a sequence a position belongs to: the token at position i, from 0, to block (i + offset) / length. In
 * block-causal attention a position sees the blocks up to its own, whole.
 *
 * @param length positions of a block, at least 1
 * @param offset how many positions of the first block lie before the sequence, in [0, length)
 */
public record BlockGrid(int length, int offset) {
    public BlockGrid {
        check(length >= 1, "a block needs at least 1 position, got %d", length);
        check(offset >= 0 && offset < length, "the offset of blocks of %d must be below it, got %d", length, offset);
    }

    /** The first position of the block of a position, 0 or more. */
    public int start(int position) {
        return Math.max(0, index(position) * length - offset);
    }

    /** Behind the last position of the block of a position; a sequence may end earlier. */
    public int end(int position) {
        return Math.addExact((index(position) + 1) * length, -offset);
    }

    private int index(int position) {
        return (position + offset) / length;
    }
}
