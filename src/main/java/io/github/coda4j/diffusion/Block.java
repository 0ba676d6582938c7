package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;

/** A run of positions [start, end) of a canvas that is decoded together. */
public record Block(int start, int end) {
    public Block {
        check(start >= 0 && end > start, "a block must hold at least one position, got [%d, %d)", start, end);
    }

    /** Number of positions. */
    public int length() {
        return end - start;
    }

    /** Whether a position lies in the block. */
    public boolean contains(int position) {
        return position >= start && position < end;
    }
}
