package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

import java.util.BitSet;

/**
 * Which tokens may be proposed for a position. What it leaves out takes no part in the softmax, like the excluded token
 * of {@link Sampling}, and is left out before top-p and top-k.
 */
public sealed interface TokenFilter {
    /** Every token. */
    record None() implements TokenFilter {
        @Override
        public boolean allows(int id) {
            return true;
        }

        @Override
        public int highestId() {
            return -1;
        }
    }

    /**
     * All tokens but some.
     *
     * @param ids at least one, none negative
     */
    record AllBut(int[] ids) implements TokenFilter {
        public AllBut {
            check(ids.length > 0, "a filter that leaves out no token has no effect: use TokenFilter.NONE");
            ids = ids.clone();
            for (int id : ids) {
                check(id >= 0, "a filter names token ids, got %d", id);
            }
        }

        @Override
        public boolean allows(int id) {
            for (int removed : ids) {
                if (removed == id) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int highestId() {
            int highest = -1;
            for (int id : ids) {
                highest = Math.max(highest, id);
            }
            return highest;
        }
    }

    /**
     * Some tokens only.
     *
     * @param bits at least one set: token i is bit i % 64 of word i / 64; words that are missing are 0
     */
    record Only(long[] bits) implements TokenFilter {
        public Only {
            bits = bits.clone();
            boolean any = false;
            for (long word : bits) {
                any |= word != 0;
            }
            check(any, "a filter must allow at least one token");
        }

        @Override
        public boolean allows(int id) {
            return id >> 6 < bits.length && (bits[id >> 6] >>> id & 1) != 0;
        }

        @Override
        public boolean leavesAny(int vocabSize, int excludedToken) {
            for (int word = 0; word < bits.length && 64 * word < vocabSize; word++) {
                boolean holdsExcluded = excludedToken >= 0 && excludedToken >> 6 == word;
                long left = holdsExcluded ? bits[word] & ~(1L << excludedToken) : bits[word];
                if (left != 0 && 64 * word + Long.numberOfTrailingZeros(left) < vocabSize) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public int highestId() {
            int word = bits.length - 1;
            while (bits[word] == 0) {
                word--;
            }
            return 64 * word + 63 - Long.numberOfLeadingZeros(bits[word]);
        }
    }

    TokenFilter NONE = new None();

    /** All tokens but these. */
    static TokenFilter allBut(int... ids) {
        return new AllBut(ids);
    }

    /** These tokens only. */
    static TokenFilter only(int... ids) {
        BitSet set = new BitSet();
        for (int id : ids) {
            check(id >= 0, "a filter names token ids, got %d", id);
            set.set(id);
        }
        return only(set);
    }

    /** These tokens only. */
    static TokenFilter only(BitSet ids) {
        return new Only(ids.toLongArray());
    }

    /** Whether the token may be proposed. */
    boolean allows(int id);

    /** The highest id that it names; -1 if it names none. */
    int highestId();

    /** Whether it leaves a token other than the excluded one among the ids below {@code vocabSize}. */
    default boolean leavesAny(int vocabSize, int excludedToken) {
        for (int id = 0; id < vocabSize; id++) {
            if (id != excludedToken && allows(id)) {
                return true;
            }
        }
        return false;
    }
}
