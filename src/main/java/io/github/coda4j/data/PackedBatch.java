package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

/**
 * Sequences of equal length, ready to be masked. B rows, T positions.
 *
 * @param ids [B][T] token ids
 * @param segments [B][T] to which document of its row a position belongs: 0, then the same or one more at each
 *     position; padding at the end is a segment of its own
 * @param maskable [B][T] which positions may be masked: in plain text all but the padding, in instruction data the
 *     answers
 */
public record PackedBatch(int[][] ids, int[][] segments, boolean[][] maskable) {
    public PackedBatch {
        check(ids.length > 0 && ids[0].length > 0, "a batch needs at least one row and one position");
        check(
                segments.length == ids.length && maskable.length == ids.length,
                "a batch of %d rows needs as many segments and maskable rows, got %d and %d",
                ids.length,
                segments.length,
                maskable.length);
        for (int b = 0; b < ids.length; b++) {
            int length = ids[0].length;
            check(
                    ids[b].length == length && segments[b].length == length && maskable[b].length == length,
                    "row %d must have %d positions in ids, segments and maskable",
                    b,
                    length);
        }
    }

    public int rows() {
        return ids.length;
    }

    /** Positions per row. */
    public int length() {
        return ids[0].length;
    }
}
