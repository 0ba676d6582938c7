package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** The plain twin of {@link LogitsRow}: the same contract, written down as the definition says, in double precision. */
public final class PlainLogitsRow {
    private PlainLogitsRow() {}

    /** See {@link LogitsRow#reduce}. */
    public static RowProposal reduce(
            MemorySegment logits,
            long offset,
            int numTokens,
            double temperature,
            double topP,
            int topK,
            int excludedToken,
            double uniform) {
        filter(logits, offset, numTokens, temperature, topP, topK, excludedToken);
        float[] row = read(logits, offset, numTokens);
        double[] p = softmax(row);
        int[] order = bestFirst(row);
        int token = temperature > 0 ? drawn(p, uniform) : order[0];
        double second = numTokens > 1 ? p[order[1]] : 0;
        double negativeEntropy = 0;
        for (double q : p) {
            negativeEntropy += q * Math.log(q + 1e-10);
        }
        return new RowProposal(token, (float) p[token], (float) (p[order[0]] - second), (float) negativeEntropy);
    }

    /** See {@link LogitsRow#filter}. */
    public static void filter(
            MemorySegment logits,
            long offset,
            int numTokens,
            double temperature,
            double topP,
            int topK,
            int excludedToken) {
        float[] row = read(logits, offset, numTokens);
        if (temperature > 0) {
            for (int i = 0; i < numTokens; i++) {
                row[i] /= (float) temperature;
            }
        }
        if (excludedToken >= 0) {
            row[excludedToken] = LogitsRow.REMOVED;
        }
        if (topP < 1) {
            keepTopP(row, topP);
        }
        if (topK > 0 && topK < numTokens) {
            float[] sorted = row.clone();
            Arrays.sort(sorted);
            float least = sorted[numTokens - topK];
            for (int i = 0; i < numTokens; i++) {
                if (row[i] < least) {
                    row[i] = LogitsRow.REMOVED;
                }
            }
        }
        MemorySegment.copy(row, 0, logits, ValueLayout.JAVA_FLOAT, offset, numTokens);
    }

    private static void keepTopP(float[] row, double topP) {
        double[] p = softmax(row);
        double before = 0;
        for (int i : bestFirst(row)) {
            if (before > topP) {
                row[i] = LogitsRow.REMOVED;
            }
            before += p[i];
        }
    }

    private static int drawn(double[] p, double uniform) {
        double cumulative = 0;
        int last = 0;
        for (int i = 0; i < p.length; i++) {
            cumulative += p[i];
            if (p[i] > 0) {
                last = i;
            }
            if (cumulative > uniform) {
                return i;
            }
        }
        return last;
    }

    /** Ids by falling logit; the lower id of equals comes first. */
    private static int[] bestFirst(float[] row) {
        long[] keys = new long[row.length];
        for (int i = 0; i < row.length; i++) {
            int bits = Float.floatToIntBits(row[i] + 0f);
            int ascending = bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
            keys[i] = (long) ~ascending << 32 | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    private static double[] softmax(float[] row) {
        double max = Double.NEGATIVE_INFINITY;
        for (float x : row) {
            max = Math.max(max, x);
        }
        double[] p = new double[row.length];
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(row[i] - max);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }

    private static float[] read(MemorySegment logits, long offset, int numTokens) {
        float[] row = new float[numTokens];
        MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT, offset, row, 0, numTokens);
        return row;
    }
}
