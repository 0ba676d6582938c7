package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;

/**
 * Rows of two sources in a fixed proportion, spread evenly: of the first n rows floor(n share) are of the second
 * source. Each source keeps its own order and begins a new epoch by itself. An epoch of the whole is one of the first
 * source.
 */
public final class MixedSequences implements SequenceSource {
    private final SequenceSource first;
    private final SequenceSource second;
    private final double share;
    private final Closing closing = new Closing();

    /**
     * Mixes two sources of the same length, which are closed with it.
     *
     * @param share of the rows that come from the second, above 0 and below 1
     */
    public MixedSequences(SequenceSource first, SequenceSource second, double share) {
        check(share > 0 && share < 1, "the share of the second source must be above 0 and below 1, got %s", share);
        check(
                first.length() == second.length(),
                "rows of %d and %d positions cannot be mixed",
                first.length(),
                second.length());
        this.first = first;
        this.second = second;
        this.share = share;
    }

    @Override
    public int length() {
        return first.length();
    }

    @Override
    public long numSequences() {
        return (long) Math.floor(first.numSequences() / (1 - share));
    }

    @Override
    public PackedBatch read(long position, int count) {
        check(
                position >= 0 && count > 0,
                "read needs a position from 0 and a count from 1, got %d, %d",
                position,
                count);
        int[][] ids = new int[count][];
        int[][] segments = new int[count][];
        boolean[][] maskable = new boolean[count][];
        for (int b = 0; b < count; b++) {
            PackedBatch row = row(position + b);
            ids[b] = row.ids()[0];
            segments[b] = row.segments()[0];
            maskable[b] = row.maskable()[0];
        }
        return new PackedBatch(ids, segments, maskable);
    }

    private PackedBatch row(long position) {
        long ofSecond = before(position);
        return before(position + 1) > ofSecond ? second.read(ofSecond, 1) : first.read(position - ofSecond, 1);
    }

    /** How many rows of the second source come before a position. */
    private long before(long position) {
        return (long) Math.floor(position * share);
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(first, second));
    }
}
