package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Element-wise sums and copies over runs of elements, in F32 inside. Offsets and counts are in elements. */
public final class Sums {
    private Sums() {}

    /** {@code to[i] += from[i]} for {@code count} elements; {@code to} is F32, {@code from} F32 or BF16. */
    public static void add(
            MemorySegment from, NumberKind kind, long first, MemorySegment to, long toFirst, long count) {
        sum(to, toFirst, from, kind, first, to, toFirst, count);
    }

    /**
     * {@code out[i] = a[i] + b[i]} for {@code count} elements; {@code a} and {@code out} are F32, {@code b} is F32 or
     * BF16.
     */
    public static void sum(
            MemorySegment a,
            long aFirst,
            MemorySegment b,
            NumberKind kind,
            long bFirst,
            MemorySegment out,
            long outFirst,
            long count) {
        for (long i = 0; i < count; i += Lanes.BLOCK) {
            int length = (int) Math.min(Lanes.BLOCK, count - i);
            switch (kind) {
                case F32 -> sumF32(a, 4 * (aFirst + i), b, 4 * (bFirst + i), out, 4 * (outFirst + i), length);
                case BF16 -> sumBf16(a, 4 * (aFirst + i), b, 2 * (bFirst + i), out, 4 * (outFirst + i), length);
                case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
            }
        }
    }

    private static void sumF32(
            MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment out, long outAt, int count) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.storeF32(Lanes.loadF32(a, aAt + 4L * i).add(Lanes.loadF32(b, bAt + 4L * i)), out, outAt + 4L * i);
        }
        sumTail(a, aAt, b, NumberKind.F32, bAt, out, outAt, i, count);
    }

    private static void sumBf16(
            MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment out, long outAt, int count) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.storeF32(Lanes.loadF32(a, aAt + 4L * i).add(Lanes.loadBf16(b, bAt + 2L * i)), out, outAt + 4L * i);
        }
        sumTail(a, aAt, b, NumberKind.BF16, bAt, out, outAt, i, count);
    }

    private static void sumTail(
            MemorySegment a,
            long aAt,
            MemorySegment b,
            NumberKind kind,
            long bAt,
            MemorySegment out,
            long outAt,
            int from,
            int count) {
        for (int i = from; i < count; i++) {
            float sum =
                    Lanes.load1(a, NumberKind.F32, aAt + 4L * i) + Lanes.load1(b, kind, bAt + (long) i * kind.bytes());
            Lanes.store1(sum, out, NumberKind.F32, outAt + 4L * i);
        }
    }

    /** {@code to[i] += from[first + i]} for every element of the array; {@code from} is F32 or BF16. */
    public static void addToArray(MemorySegment from, NumberKind kind, long first, float[] to) {
        for (int i = 0; i < to.length; i += Lanes.BLOCK) {
            int length = Math.min(Lanes.BLOCK, to.length - i);
            switch (kind) {
                case F32 -> addF32(from, 4 * (first + i), to, i, length);
                case BF16 -> addBf16(from, 2 * (first + i), to, i, length);
                case U8, U7 -> throw new IllegalArgumentException("kernels read F32 and BF16 only, got " + kind);
            }
        }
    }

    private static void addF32(MemorySegment from, long at, float[] to, int toFirst, int count) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, to, toFirst + i)
                    .add(Lanes.loadF32(from, at + 4L * i))
                    .intoArray(to, toFirst + i);
        }
        for (; i < count; i++) {
            to[toFirst + i] += Lanes.load1(from, NumberKind.F32, at + 4L * i);
        }
    }

    private static void addBf16(MemorySegment from, long at, float[] to, int toFirst, int count) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            FloatVector.fromArray(Lanes.FLOATS, to, toFirst + i)
                    .add(Lanes.loadBf16(from, at + 2L * i))
                    .intoArray(to, toFirst + i);
        }
        for (; i < count; i++) {
            to[toFirst + i] += Lanes.load1(from, NumberKind.BF16, at + 2L * i);
        }
    }

    /** {@code to[i] = from[i]} for {@code count} elements; {@code from} is F32, {@code to} F32 or BF16. */
    public static void convert(
            MemorySegment from, long first, MemorySegment to, NumberKind kind, long toFirst, long count) {
        switch (kind) {
            case F32 -> MemorySegment.copy(from, 4 * first, to, 4 * toFirst, 4 * count);
            case BF16 -> {
                for (long i = 0; i < count; i += Lanes.BLOCK) {
                    int length = (int) Math.min(Lanes.BLOCK, count - i);
                    toBf16(from, 4 * (first + i), to, 2 * (toFirst + i), length);
                }
            }
            case U8, U7 -> throw new IllegalArgumentException("bytes are written in whole rows only");
        }
    }

    private static void toBf16(MemorySegment from, long at, MemorySegment to, long toAt, int count) {
        int i = 0;
        for (; i <= count - Lanes.WIDTH; i += Lanes.WIDTH) {
            Lanes.storeBf16(Lanes.loadF32(from, at + 4L * i), to, toAt + 2L * i);
        }
        for (; i < count; i++) {
            Lanes.store1(Lanes.load1(from, NumberKind.F32, at + 4L * i), to, NumberKind.BF16, toAt + 2L * i);
        }
    }
}
