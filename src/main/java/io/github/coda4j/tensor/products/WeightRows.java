package io.github.coda4j.tensor.products;

import java.lang.foreign.MemorySegment;

/** Rows of a weight that are read while they are packed, so that there is no second copy of it in memory. */
@FunctionalInterface
public interface WeightRows {
    /**
     * Reads rows [first, first + count), one after another.
     *
     * @param target native memory of exactly their size
     */
    void read(int first, int count, MemorySegment target);

    /** Those of a weight in memory, each of so many bytes. */
    static WeightRows of(MemorySegment weight, int bytes) {
        return (first, count, target) -> target.copyFrom(weight.asSlice((long) first * bytes, (long) count * bytes));
    }
}
