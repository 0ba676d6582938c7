package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.CounterRandom;

/**
 * A shuffled order of 0..n-1 of which every place can be asked for by itself, without memory: a Feistel network (Luby,
 * Rackoff 1988) over the next power of four, walked on until it lands inside (Black, Rogaway 2002, "cycle walking":
 * fewer than four steps on average).
 */
final class KeyedPermutation {
    private static final int ROUNDS = 6;

    private final long key;
    private final long size;
    private final int halfBits;
    private final long halfMask;

    /** @param size n, at least 1 */
    KeyedPermutation(long key, long size) {
        check(size > 0, "a permutation needs at least one element, got %d", size);
        this.key = key;
        this.size = size;
        this.halfBits = Math.max(1, (64 - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
        this.halfMask = (1L << halfBits) - 1;
    }

    /** The element at the place, both in [0, n). */
    long at(long place) {
        check(place >= 0 && place < size, "place %d is outside [0, %d)", place, size);
        long element = place;
        do {
            element = scramble(element);
        } while (element >= size);
        return element;
    }

    private long scramble(long value) {
        long left = value >>> halfBits;
        long right = value & halfMask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (CounterRandom.key(key + round, right) & halfMask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
