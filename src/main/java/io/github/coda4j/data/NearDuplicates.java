package io.github.coda4j.data;

import io.github.coda4j.diffusion.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds texts that are nearly equal to an earlier one by banding of signatures (Leskovec, Rajaraman, Ullman, "Mining of
 * massive datasets", 3.4): 16 bands of 8 values, of which one must be equal; then the share of equal values must reach
 * the threshold. Pairs of similarity 0.8 are found with a probability of 0.95, of 0.9 nearly always. Some 700 bytes are
 * kept per text, whatever its size. For one thread.
 */
final class NearDuplicates {
    private static final int BANDS = 16;
    private static final int ROWS = MinHash.NUM_HASHES / BANDS;
    private static final int MOST_CANDIDATES = 32;
    private static final double FULL = 0.6;

    private final int leastEqual;
    private final List<short[]> signatures = new ArrayList<>();
    private long[] keys = new long[1 << 12];
    private int[] values = new int[1 << 12];
    private int used;

    /** @param threshold similarity in (0, 1] */
    NearDuplicates(double threshold) {
        leastEqual = (int) Math.ceil(threshold * MinHash.NUM_HASHES);
    }

    /**
     * Whether a text like this was kept before; if not, this one is kept. A text without a signature is like no other.
     */
    boolean isNearOrKeep(int[] signature) {
        if (signature.length == 0) {
            return false;
        }
        short[] folded = new short[signature.length];
        for (int k = 0; k < signature.length; k++) {
            folded[k] = (short) (signature[k] ^ signature[k] >>> 16);
        }
        long[] bandKeys = new long[BANDS];
        for (int band = 0; band < BANDS; band++) {
            bandKeys[band] = bandKey(signature, band);
            if (hasNear(bandKeys[band], folded)) {
                return true;
            }
        }
        int id = signatures.size();
        signatures.add(folded);
        for (long key : bandKeys) {
            put(key, id);
        }
        return false;
    }

    private static long bandKey(int[] signature, int band) {
        long key = band + 1L;
        for (int row = 0; row < ROWS; row++) {
            key = CounterRandom.key(key, signature[band * ROWS + row]);
        }
        return key == 0 ? 1 : key;
    }

    private boolean hasNear(long key, short[] folded) {
        int candidates = 0;
        for (int slot = slot(key); keys[slot] != 0; slot = slot + 1 & keys.length - 1) {
            if (keys[slot] == key) {
                if (isNear(signatures.get(values[slot]), folded)) {
                    return true;
                }
                if (++candidates == MOST_CANDIDATES) {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean isNear(short[] a, short[] b) {
        int equal = 0;
        for (int k = 0; k < a.length; k++) {
            equal += a[k] == b[k] ? 1 : 0;
        }
        return equal >= leastEqual;
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
