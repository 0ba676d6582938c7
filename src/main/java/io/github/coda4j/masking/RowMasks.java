package io.github.coda4j.masking;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** What masking does to a single row, without randomness of its own. */
final class RowMasks {
    private RowMasks() {}

    /** S1: the first {@code length} positions are never masked. */
    static void protectPrefix(boolean[] maskable, int length) {
        Arrays.fill(maskable, 0, length, false);
    }

    /** S2: from the position on, ids become pads that are never masked. */
    static void truncate(int[] ids, boolean[] maskable, int position, int padId) {
        Arrays.fill(ids, position, ids.length, padId);
        Arrays.fill(maskable, position, maskable.length, false);
    }

    /**
     * Progressive prompt conditioning within [start, end): of the n unmaskable positions only a share stays so, namely
     * the first {@code floor(share * n)} positions of the range, whichever they are; all others become maskable.
     *
     * @param share below 1; at 1 nothing is to be done
     */
    static void givePrompt(boolean[] maskable, int start, int end, double share) {
        int given = 0;
        for (int i = start; i < end; i++) {
            given += maskable[i] ? 0 : 1;
        }
        int kept = (int) (share * given);
        Arrays.fill(maskable, start, start + kept, false);
        Arrays.fill(maskable, start + kept, end, true);
    }

    /**
     * Masks each maskable position with the probability sigma.
     *
     * @param uniform one draw for each position
     * @return true where masked
     */
    static boolean[] maskTokens(boolean[] maskable, double sigma, IntToDoubleFunction uniform) {
        return maskTokens(maskable, _ -> sigma, uniform);
    }

    /** The same where each position has a probability of its own. */
    static boolean[] maskTokens(boolean[] maskable, IntToDoubleFunction sigma, IntToDoubleFunction uniform) {
        boolean[] masked = new boolean[maskable.length];
        for (int i = 0; i < masked.length; i++) {
            masked[i] = maskable[i] && uniform.applyAsDouble(i) < sigma.applyAsDouble(i);
        }
        return masked;
    }

    /**
     * S3: masks windows of {@code size} positions, all maskable, each with probability 1 - (1 - sigma)^(1/size). A
     * position that {@code size} windows cover is then masked with probability sigma; near ends and protected positions
     * there are fewer windows.
     *
     * @param uniform one draw for each window, named by its first position
     * @return true where masked
     */
    static boolean[] maskBlocks(boolean[] maskable, double sigma, int size, IntToDoubleFunction uniform) {
        boolean[] masked = new boolean[maskable.length];
        double probability = 1 - Math.pow(1 - sigma, 1.0 / size);
        int run = 0;
        for (int end = 1; end <= maskable.length; end++) {
            run = maskable[end - 1] ? run + 1 : 0;
            if (run >= size && uniform.applyAsDouble(end - size) < probability) {
                Arrays.fill(masked, end - size, end, true);
            }
        }
        return masked;
    }

    /** The length of the longest run of maskable positions: the largest block that fits. */
    static int longestRun(boolean[] maskable) {
        int longest = 0;
        int run = 0;
        for (boolean m : maskable) {
            run = m ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
