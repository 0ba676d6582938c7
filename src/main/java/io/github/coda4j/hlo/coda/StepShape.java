package io.github.coda4j.hlo.coda;

import static io.github.coda4j.Checks.check;

/**
 * The sizes of a program, which are fixed in it.
 *
 * @param rows of one device; where a partitioner cuts, of all together
 * @param microRows how many of them are computed at a time; divides rows
 * @param length positions of a row
 * @param queries most positions whose attention is computed at a time
 * @param positions most positions of each row whose logits are computed at a time
 */
public record StepShape(int rows, int microRows, int length, int queries, int positions) {
    /** Scores of 1024 positions that see 8192 in 16 heads are 512 MiB. */
    public static final int QUERIES = 1024;
    /** Logits of 512 positions over 151,936 tokens are 297 MiB. */
    public static final int POSITIONS = 512;

    public StepShape {
        check(rows >= 1, "rows must be at least 1, got %d", rows);
        check(
                microRows >= 1 && microRows <= rows && rows % microRows == 0,
                "micro rows must divide the %d rows of a device, got %d",
                rows,
                microRows);
        check(length >= 1, "length must be at least 1, got %d", length);
        check(
                (long) rows * length <= Integer.MAX_VALUE,
                "%d rows of %d positions are more than %d tokens",
                rows,
                length,
                Integer.MAX_VALUE);
        check(queries >= 1, "queries at a time must be at least 1, got %d", queries);
        check(positions >= 1, "positions at a time must be at least 1, got %d", positions);
    }

    /** With pieces that fit a chip of 16 GB and more. */
    public static StepShape of(int rows, int microRows, int length) {
        return new StepShape(rows, microRows, length, QUERIES, POSITIONS);
    }

    int microBatches() {
        return rows / microRows;
    }

    /** The largest piece of at most so many that makes equal pieces of a length. */
    public static int piece(int length, int most) {
        int piece = Math.min(length, most);
        while (length % piece != 0) {
            piece--;
        }
        return piece;
    }
}
