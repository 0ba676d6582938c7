package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link Sums}: the same contract, element by element. */
final class PlainSums {
    private PlainSums() {}

    /** See {@link Sums#sum}. */
    static void sum(
            MemorySegment a,
            long aFirst,
            MemorySegment b,
            NumberKind kind,
            long bFirst,
            MemorySegment out,
            long outFirst,
            long count) {
        for (long i = 0; i < count; i++) {
            double sum =
                    (double) PlainElements.get(a, NumberKind.F32, aFirst + i) + PlainElements.get(b, kind, bFirst + i);
            PlainElements.put(sum, out, NumberKind.F32, outFirst + i);
        }
    }

    /** See {@link Sums#addToArray}. */
    static void addToArray(MemorySegment from, NumberKind kind, long first, float[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] += PlainElements.get(from, kind, first + i);
        }
    }

    /** See {@link Sums#convert}. */
    static void convert(MemorySegment from, long first, MemorySegment to, NumberKind kind, long toFirst, long count) {
        for (long i = 0; i < count; i++) {
            PlainElements.put(PlainElements.get(from, NumberKind.F32, first + i), to, kind, toFirst + i);
        }
    }
}
