package io.github.coda4j.kernel;

import io.github.coda4j.kernel.Candidates.Cut;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What {@link LogitsRow} does to a row before its softmax: temperature, removed tokens, top-p and top-k. */
final class RowFilter {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /**
     * Filters look for their cut among the logits this close to the best first, and among all only if it is not there.
     */
    private static final float NEAR = 20;

    /** So many logits go through a loop over vectors in one call. */
    private static final int CHUNK = 1024;

    private RowFilter() {}

    /** Temperature, and what is removed before top-p and top-k. */
    static void restrict(MemorySegment row, int numTokens, RowRule rule) {
        if (rule.temperature() > 0) {
            divide(row, numTokens, (float) rule.temperature());
        }
        if (rule.excludedToken() >= 0) {
            row.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * rule.excludedToken(), LogitsRow.REMOVED);
        }
        for (int id : rule.removed()) {
            row.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * id, LogitsRow.REMOVED);
        }
        if (rule.allowed().length > 0) {
            keep(row, numTokens, rule.allowed());
        }
    }

    private static void keep(MemorySegment row, int numTokens, long[] allowed) {
        int bound = SPECIES.loopBound(numTokens);
        for (int from = 0; from < bound; from += CHUNK) {
            keep(row, from, Math.min(from + CHUNK, bound), allowed);
        }
        for (int i = bound; i < numTokens; i++) {
            if ((bits(allowed, i) & 1) == 0) {
                row.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, LogitsRow.REMOVED);
            }
        }
    }

    private static void keep(MemorySegment row, int from, int to, long[] allowed) {
        for (int i = from; i < to; i += LANES) {
            VectorMask<Float> removed = VectorMask.fromLong(SPECIES, ~bits(allowed, i));
            LogitsRow.load(row, i).blend(LogitsRow.REMOVED, removed).intoMemorySegment(row, 4L * i, ORDER);
        }
    }

    /** The bit of an id, lowest, and those of the ids after it in its word. */
    private static long bits(long[] allowed, int id) {
        return id >> 6 < allowed.length ? allowed[id >> 6] >>> id : 0;
    }

    static void cut(MemorySegment row, int numTokens, RowRule rule) {
        int topK = rule.topK();
        if (rule.topP() < 1) {
            Cut cut = topP(row, numTokens, rule.topP());
            remove(row, numTokens, cut);
            keepTopK(row, numTokens, candidates(row, numTokens, cut.value()), topK);
        } else if (topK > 0 && topK < numTokens) {
            Candidates near =
                    candidates(row, numTokens, LogitsRow.top(row, numTokens).best() - NEAR);
            boolean enough = near.size() >= topK;
            keepTopK(row, numTokens, enough ? near : candidates(row, numTokens, Float.NEGATIVE_INFINITY), topK);
        }
    }

    private static void keepTopK(MemorySegment row, int numTokens, Candidates candidates, int topK) {
        if (topK > 0 && topK <= candidates.size()) {
            remove(row, numTokens, candidates.topK(topK));
        }
    }

    private static Cut topP(MemorySegment row, int numTokens, double topP) {
        float best = LogitsRow.top(row, numTokens).best();
        double budget = topP
                * Arrays.stream(LogitsRow.sums(row, numTokens, best).masses()).sum();
        Candidates near = candidates(row, numTokens, best - NEAR);
        Candidates enough = near.mass(best) > budget ? near : candidates(row, numTokens, Float.NEGATIVE_INFINITY);
        return enough.topP(budget, best);
    }

    /** The logits of at least this value. */
    private static Candidates candidates(MemorySegment row, int numTokens, float least) {
        float[] values = new float[256];
        int size = 0;
        for (int i = 0; i < numTokens; i += LANES) {
            int end = Math.min(i + LANES, numTokens);
            if (end - i == LANES
                    && !LogitsRow.load(row, i)
                            .compare(VectorOperators.GE, least)
                            .anyTrue()) {
                continue;
            }
            for (int j = i; j < end; j++) {
                float value = LogitsRow.at(row, j);
                if (value >= least) {
                    if (size == values.length) {
                        values = Arrays.copyOf(values, Math.min(2 * size, numTokens));
                    }
                    values[size++] = value;
                }
            }
        }
        return new Candidates(values, size);
    }

    private static void remove(MemorySegment row, int numTokens, Cut cut) {
        int ties = cut.ties();
        for (int i = 0; i < numTokens; i += LANES) {
            int end = Math.min(i + LANES, numTokens);
            if (end - i == LANES) {
                FloatVector x = LogitsRow.load(row, i);
                if (!x.compare(VectorOperators.GE, cut.value()).anyTrue()) {
                    FloatVector.broadcast(SPECIES, LogitsRow.REMOVED).intoMemorySegment(row, 4L * i, ORDER);
                    continue;
                }
            }
            for (int j = i; j < end; j++) {
                float value = LogitsRow.at(row, j);
                boolean tie = value == cut.value() && ties > 0;
                ties -= tie ? 1 : 0;
                if (!tie && !(value > cut.value())) {
                    row.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * j, LogitsRow.REMOVED);
                }
            }
        }
    }

    private static void divide(MemorySegment row, int numTokens, float temperature) {
        int bound = SPECIES.loopBound(numTokens);
        for (int i = 0; i < bound; i += LANES) {
            LogitsRow.load(row, i).div(temperature).intoMemorySegment(row, 4L * i, ORDER);
        }
        for (int i = bound; i < numTokens; i++) {
            row.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, LogitsRow.at(row, i) / temperature);
        }
    }
}
