package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A matrix [T, sum of widths] whose columns lie in several row-major parts, as the workers of a sharded product leave
 * them.
 *
 * @param parts part i is [T, widths[i]] in the given kind
 * @param widths columns of each part
 * @param kind F32 or BF16
 */
public record Sharded(MemorySegment[] parts, int[] widths, NumberKind kind) {
    public Sharded(int count, int[] widths, NumberKind kind) {
        this(new MemorySegment[count], widths, kind);
    }

    /** Columns of all parts together. */
    public int width() {
        int sum = 0;
        for (int width : widths) {
            sum += width;
        }
        return sum;
    }
}
