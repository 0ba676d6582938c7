package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Brings memory into the cache as fast as it can be read. Products that rearrange a factor fetch its lines with long
 * waits in between; reading the factor first, in order, takes a fraction of those waits.
 */
public final class CacheLines {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int BYTES = SPECIES.vectorByteSize();
    private static final int AT_ONCE = 4;

    private CacheLines() {}

    /**
     * Reads memory in order.
     *
     * @param from byte offset
     * @param count bytes; the last few may not be read
     * @return a sum that means nothing, for the caller to keep: unused reads would not be made
     */
    public static long read(MemorySegment memory, long from, long count) {
        LongVector a = LongVector.zero(SPECIES);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        long end = from + count - count % (AT_ONCE * BYTES);
        for (long at = from; at < end; at += AT_ONCE * BYTES) {
            a = load(memory, at).add(a);
            b = load(memory, at + BYTES).add(b);
            c = load(memory, at + 2 * BYTES).add(c);
            d = load(memory, at + 3 * BYTES).add(d);
        }
        return LongVector.zero(SPECIES).add(a).add(b).add(c).add(d).lane(0);
    }

    private static LongVector load(MemorySegment memory, long at) {
        return LongVector.fromMemorySegment(SPECIES, memory, at, ByteOrder.nativeOrder());
    }
}
