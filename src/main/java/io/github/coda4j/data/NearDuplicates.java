package io.github.coda4j.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds texts that are nearly equal to an earlier one. The rule knows the corpus and its order, not how it is worked
 * through: of the texts that share a band the first 32 are compared with those behind them, whether they stay
 * themselves or not. Some 700 bytes are kept per text, whatever its size. For one thread.
 */
final class NearDuplicates {
    private static final double FULL = 0.6;

    private final int leastEqual;
    private final List<short[]> signatures = new ArrayList<>();
    private long[] keys = new long[1 << 12];
    private int[] values = new int[1 << 12];
    private int used;

    /** @param threshold similarity in (0, 1] */
    NearDuplicates(double threshold) {
        leastEqual = SignatureBands.leastEqual(threshold);
    }

    /**
     * Whether a text like this was there before; later ones are compared with it. A text without a signature is like no
     * other.
     */
    boolean isNearEarlier(int[] signature) {
        if (signature.length == 0) {
            return false;
        }
        short[] folded = SignatureBands.folded(signature);
        int id = signatures.size();
        boolean near = false;
        boolean kept = false;
        for (long key : SignatureBands.keys(signature)) {
            int compared = 0;
            for (int slot = slot(key); keys[slot] != 0; slot = slot + 1 & keys.length - 1) {
                if (keys[slot] == key) {
                    compared++;
                    near = near || SignatureBands.areNear(signatures.get(values[slot]), folded, leastEqual);
                }
            }
            if (compared < SignatureBands.MOST_COMPARED) {
                put(key, id);
                kept = true;
            }
        }
        if (kept) {
            signatures.add(folded);
        }
        return near;
    }

    private void put(long key, int value) {
        if (used >= FULL * keys.length) {
            grow();
        }
        insert(key, value);
    }

    private void insert(long key, int value) {
        int slot = slot(key);
        while (keys[slot] != 0) {
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = key;
        values[slot] = value;
        used++;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new int[keys.length];
        used = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                insert(oldKeys[i], oldValues[i]);
            }
        }
    }

    private int slot(long key) {
        return (int) key & keys.length - 1;
    }
}
