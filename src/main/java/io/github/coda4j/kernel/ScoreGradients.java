package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The backward pass of softmax attention over scores that lie transposed, one row per key and one column per query, so
 * that what belongs to a query is a vector along the row. With p = exp(s - logSum) and the gradient dp of p: {@code ds
 * = p * (dp - sum(p * dp))}, where the sum over a query's keys equals its output times its output's gradient (Dao et
 * al. 2022, appendix B.2).
 */
public final class ScoreGradients {
    private ScoreGradients() {}

    /**
     * Replaces each score by its probability. Scores that are more than 86 below their query's logSum count as nothing.
     *
     * @param scores [rows, columns] in {@code kind} (F32 or BF16), from element {@code first} on
     * @param logSums of each column's query, from index {@code sumsFirst} on, see {@link Softmax#exponentiate}
     */
    public static void probabilities(
            MemorySegment scores, NumberKind kind, long first, int rows, int columns, float[] logSums, int sumsFirst) {
        for (int r = 0; r < rows; r++) {
            long row = first + (long) r * columns;
            for (int i = 0; i < columns; i += Lanes.BLOCK) {
                int count = Math.min(Lanes.BLOCK, columns - i);
                switch (kind) {
                    case F32 -> expF32(scores, 4 * (row + i), count, logSums, sumsFirst + i);
                    case BF16 -> expBf16(scores, 2 * (row + i), count, logSums, sumsFirst + i);
                    case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
                }
            }
        }
    }

    private static void expF32(MemorySegment scores, long at, int count, float[] logSums, int from) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x =
                    Lanes.loadF32(scores, at + 4L * i).sub(FloatVector.fromArray(Lanes.FLOATS, logSums, from + i));
            Lanes.storeF32(Exp.of(Exp.clamp(x)), scores, at + 4L * i);
        }
        expTail(scores, NumberKind.F32, at, i, count, logSums, from);
    }

    private static void expBf16(MemorySegment scores, long at, int count, float[] logSums, int from) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector x =
                    Lanes.loadBf16(scores, at + 2L * i).sub(FloatVector.fromArray(Lanes.FLOATS, logSums, from + i));
            Lanes.storeBf16(Exp.coarse(Exp.clamp(x)), scores, at + 2L * i);
        }
        expTail(scores, NumberKind.BF16, at, i, count, logSums, from);
    }

    private static void expTail(
            MemorySegment scores, NumberKind kind, long at, int from, int to, float[] logSums, int sumsFirst) {
        for (int i = from; i < to; i++) {
            long offset = at + (long) i * kind.bytes();
            float e = (float) Math.exp(Lanes.load1(scores, kind, offset) - logSums[sumsFirst + i]);
            Lanes.store1(e, scores, kind, offset);
        }
    }

    /**
     * Replaces the gradient of each probability by that of its score: {@code dp = p * (dp - dots)}.
     *
     * @param probabilities p, [rows, columns] in {@code kind} (F32 or BF16), from element {@code first} on
     * @param gradients dp, likewise
     * @param dots of each column's query, from index {@code dotsFirst} on
     */
    public static void backward(
            MemorySegment probabilities,
            MemorySegment gradients,
            NumberKind kind,
            long first,
            int rows,
            int columns,
            float[] dots,
            int dotsFirst) {
        for (int r = 0; r < rows; r++) {
            long row = first + (long) r * columns;
            for (int i = 0; i < columns; i += Lanes.BLOCK) {
                int count = Math.min(Lanes.BLOCK, columns - i);
                switch (kind) {
                    case F32 -> backwardF32(probabilities, gradients, 4 * (row + i), count, dots, dotsFirst + i);
                    case BF16 -> backwardBf16(probabilities, gradients, 2 * (row + i), count, dots, dotsFirst + i);
                    case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
                }
            }
        }
    }

    private static void backwardF32(MemorySegment p, MemorySegment dp, long at, int count, float[] dots, int from) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector ds = Lanes.loadF32(dp, at + 4L * i)
                    .sub(FloatVector.fromArray(Lanes.FLOATS, dots, from + i))
                    .mul(Lanes.loadF32(p, at + 4L * i));
            Lanes.storeF32(ds, dp, at + 4L * i);
        }
        backwardTail(p, dp, NumberKind.F32, at, i, count, dots, from);
    }

    private static void backwardBf16(MemorySegment p, MemorySegment dp, long at, int count, float[] dots, int from) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector ds = Lanes.loadBf16(dp, at + 2L * i)
                    .sub(FloatVector.fromArray(Lanes.FLOATS, dots, from + i))
                    .mul(Lanes.loadBf16(p, at + 2L * i));
            Lanes.storeBf16(ds, dp, at + 2L * i);
        }
        backwardTail(p, dp, NumberKind.BF16, at, i, count, dots, from);
    }

    private static void backwardTail(
            MemorySegment p,
            MemorySegment dp,
            NumberKind kind,
            long at,
            int from,
            int count,
            float[] dots,
            int dotsFirst) {
        for (int i = from; i < count; i++) {
            long offset = (long) i * kind.bytes();
            float ds = (Lanes.load1(dp, kind, at + offset) - dots[dotsFirst + i]) * Lanes.load1(p, kind, at + offset);
            Lanes.store1(ds, dp, kind, at + offset);
        }
    }
}
