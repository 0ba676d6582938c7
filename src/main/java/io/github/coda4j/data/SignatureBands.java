package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.CounterRandom;

/**
 * How signatures are compared (Leskovec, Rajaraman, Ullman, "Mining of massive datasets", 3.4): 16 bands of 8 values,
 * of which one must be equal; then the share of equal values must reach a threshold. Pairs of similarity 0.8 are found
 * with a probability of 0.95, of 0.9 nearly always.
 */
public final class SignatureBands {
    /** Bands of a signature. */
    public static final int COUNT = 16;

    /**
     * Of the documents with the same band so many first ones of the corpus are compared with the others. What a million
     * copies of one header have in common costs no more than that.
     */
    public static final int MOST_COMPARED = 32;

    private static final int ROWS = MinHash.NUM_HASHES / COUNT;

    private SignatureBands() {}

    /** A number for each band, which is the same for equal bands and is never 0; [{@link #COUNT}]. */
    public static long[] keys(int[] signature) {
        long[] keys = new long[COUNT];
        for (int band = 0; band < COUNT; band++) {
            long key = band + 1L;
            for (int row = 0; row < ROWS; row++) {
                key = CounterRandom.key(key, signature[band * ROWS + row]);
            }
            keys[band] = key == 0 ? 1 : key;
        }
        return keys;
    }

    /** Half of every value's bits, which is what is kept of a signature; as many. */
    public static short[] folded(int[] signature) {
        short[] folded = new short[signature.length];
        for (int k = 0; k < signature.length; k++) {
            folded[k] = (short) (signature[k] ^ signature[k] >>> 16);
        }
        return folded;
    }

    /** How many values of two signatures must be equal, for a similarity in (0, 1]. */
    public static int leastEqual(double threshold) {
        check(threshold > 0 && threshold <= 1, "the similarity must be in (0, 1], got %s", threshold);
        return (int) Math.ceil(threshold * MinHash.NUM_HASHES);
    }

    /** Whether so many values of two folded signatures are equal. */
    public static boolean areNear(short[] a, short[] b, int leastEqual) {
        int equal = 0;
        for (int k = 0; k < a.length; k++) {
            equal += a[k] == b[k] ? 1 : 0;
        }
        return equal >= leastEqual;
    }
}
