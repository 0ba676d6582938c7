package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;

/** The plain twin of {@link LogitsRow}: the same contract, written down as the definition says, in double precision. */
public final class PlainLogitsRow {
    private PlainLogitsRow() {}

    /** See {@link LogitsRow#reduce(MemorySegment, long, int, RowRule, double)}. */
    public static RowProposal reduce(MemorySegment logits, long offset, int numTokens, RowRule rule, double uniform) {
        return reduce(logits, offset, numTokens, rule, uniform, new RowDetails(0, RowDetails.NO_TOKEN, false));
    }

    /** See {@link LogitsRow#reduce(MemorySegment, long, int, RowRule, double, RowDetails)}. */
    public static RowProposal reduce(
            MemorySegment logits, long offset, int numTokens, RowRule rule, double uniform, RowDetails details) {
        float[] whole = read(logits, offset, numTokens);
        restrict(whole, rule);
        filter(logits, offset, numTokens, rule);
        float[] row = read(logits, offset, numTokens);
        double[] p = softmax(row);
        int[] order = bestFirst(row);
        int token = rule.temperature() > 0 ? drawn(p, Math.max(uniform, LogitsRow.LEAST_DRAW)) : order[0];
        double second = numTokens > 1 ? p[order[1]] : 0;
        double negativeEntropy = 0;
        for (double q : p) {
            negativeEntropy += q * Math.log(q + 1e-10);
        }
        answer(details.beforeCuts() ? whole : row, token, details);
        return new RowProposal(token, (float) p[token], (float) (p[order[0]] - second), (float) negativeEntropy);
    }

    private static void answer(float[] row, int proposed, RowDetails details) {
        double max = Double.NEGATIVE_INFINITY;
        for (float x : row) {
            max = Math.max(max, x);
        }
        double sum = 0;
        for (float x : row) {
            sum += Math.exp(x - max);
        }
        double logNormalizer = max + Math.log(sum);
        int found = 0;
        for (int id : bestFirst(row)) {
            if (found < details.ids().length && row[id] != LogitsRow.REMOVED) {
                details.ids()[found] = id;
                details.logProbabilities()[found++] = row[id];
            }
        }
        details.setBest(found, logNormalizer);
        if (details.otherToken() >= 0) {
            details.setOther(row[details.otherToken()], logNormalizer);
        }
        for (int i = 0; i < details.askedTokens().length; i++) {
            details.setAsked(i, row[details.askedTokens()[i]], logNormalizer);
        }
        details.setProposed(row[proposed], logNormalizer);
    }

    /** See {@link LogitsRow#filter}. */
    public static void filter(MemorySegment logits, long offset, int numTokens, RowRule rule) {
        float[] row = read(logits, offset, numTokens);
        restrict(row, rule);
        if (rule.topP() < 1) {
            keepTopP(row, rule.topP());
        }
        int topK = rule.topK();
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

    /** Temperature, and what is removed before top-p and top-k. */
    private static void restrict(float[] row, RowRule rule) {
        BitSet allowed = BitSet.valueOf(rule.allowed());
        for (int i = 0; i < row.length; i++) {
            if (rule.temperature() > 0) {
                row[i] /= (float) rule.temperature();
            }
            if (i == rule.excludedToken() || rule.allowed().length > 0 && !allowed.get(i)) {
                row[i] = LogitsRow.REMOVED;
            }
        }
        for (int id : rule.removed()) {
            row[id] = LogitsRow.REMOVED;
        }
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
