package io.github.coda4j.text;

import java.util.Arrays;

/**
 * The rank of each pair of ids that merges: a hash table without boxing, for hundreds of thousands of pairs at load.
 */
final class PairRanks {
    private static final long FREE = -1;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final long[] keys;
    private final int[] ranks;
    private final int shift;

    PairRanks(int capacity) {
        int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(capacity));
        keys = new long[1 << bits];
        ranks = new int[1 << bits];
        shift = 64 - bits;
        Arrays.fill(keys, FREE);
    }

    void put(int left, int right, int rank) {
        int slot = slot(left, right);
        keys[slot] = key(left, right);
        ranks[slot] = rank;
    }

    /** The pair's rank, or {@link Integer#MAX_VALUE} when it does not merge. */
    int get(int left, int right) {
        int slot = slot(left, right);
        return keys[slot] == FREE ? Integer.MAX_VALUE : ranks[slot];
    }

    private int slot(int left, int right) {
        long key = key(left, right);
        int slot = (int) (key * SPREAD >>> shift);
        while (keys[slot] != FREE && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }
}
