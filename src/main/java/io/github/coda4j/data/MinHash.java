package io.github.coda4j.data;

import io.github.coda4j.diffusion.CounterRandom;
import java.util.Arrays;

/**
 * Signatures of texts (Broder 1997): of 128 hash functions the smallest value over the text's shingles. Two texts agree
 * in a place with a probability that is the Jaccard similarity of their shingles. A shingle is five words in a row, a
 * word a run of letters, digits and underscores: white space and punctuation do not count.
 */
final class MinHash {
    static final int NUM_HASHES = 128;

    /** The signature of a text that has too few words to be compared. */
    static final int[] NONE = {};

    private static final int SHINGLE = 5;
    private static final int LEAST_SHINGLES = 10;
    private static final int[] FACTORS = new int[NUM_HASHES];
    private static final int[] OFFSETS = new int[NUM_HASHES];

    static {
        for (int k = 0; k < NUM_HASHES; k++) {
            FACTORS[k] = (int) CounterRandom.key(0x5EED, 2L * k) | 1;
            OFFSETS[k] = (int) CounterRandom.key(0x5EED, 2L * k + 1);
        }
    }

    private MinHash() {}

    /** The signature, or {@link #NONE} for a text of fewer than 14 words. */
    static int[] signature(String text) {
        int[] smallest = new int[NUM_HASHES];
        Arrays.fill(smallest, Integer.MAX_VALUE);
        int[] lastWords = new int[SHINGLE];
        int words = 0;
        int i = 0;
        while (i < text.length()) {
            if (!isWord(text.charAt(i))) {
                i++;
                continue;
            }
            int word = 0;
            while (i < text.length() && isWord(text.charAt(i))) {
                word = 31 * word + text.charAt(i++);
            }
            lastWords[words % SHINGLE] = word;
            words++;
            if (words >= SHINGLE) {
                lower(smallest, shingle(lastWords, words));
            }
        }
        return words < LEAST_SHINGLES + SHINGLE - 1 ? NONE : smallest;
    }

    private static boolean isWord(char c) {
        return c < 128
                ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
                : Character.isLetterOrDigit(c);
    }

    private static int shingle(int[] lastWords, int words) {
        long hash = 0;
        for (int k = 0; k < SHINGLE; k++) {
            hash = (hash ^ lastWords[(words + k) % SHINGLE]) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        hash *= 0xBF58476D1CE4E5B9L;
        return (int) (hash >>> 32);
    }

    private static void lower(int[] smallest, int shingle) {
        for (int k = 0; k < NUM_HASHES; k++) {
            smallest[k] = Math.min(smallest[k], shingle * FACTORS[k] + OFFSETS[k]);
        }
    }
}
