package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.CounterRandom;

/**
 * The endless order of sequences: every epoch is a permutation of all, keyed by seed and epoch.
 *
 * @param length T, positions per row
 */
record ShuffledRows(long seed, int length) {
    /** Fills one row, [T] each, which come as zeros. */
    @FunctionalInterface
    interface RowFiller {
        /** @param sequence which of the epoch's sequences */
        void fill(long sequence, int[] ids, int[] segments, boolean[] maskable);
    }

    /**
     * The sequences at [position, position + count) of the endless order.
     *
     * @param sequences of an epoch, at least 1
     */
    PackedBatch read(long sequences, long position, int count, RowFiller filler) {
        check(
                position >= 0 && count > 0,
                "read needs a position from 0 and a count from 1, got %d, %d",
                position,
                count);
        int[][] ids = new int[count][length];
        int[][] segments = new int[count][length];
        boolean[][] maskable = new boolean[count][length];
        for (int b = 0; b < count; b++) {
            filler.fill(at(sequences, position + b), ids[b], segments[b], maskable[b]);
        }
        return new PackedBatch(ids, segments, maskable);
    }

    private long at(long sequences, long position) {
        long epoch = position / sequences;
        return new KeyedPermutation(CounterRandom.key(seed, epoch), sequences).at(position % sequences);
    }
}
