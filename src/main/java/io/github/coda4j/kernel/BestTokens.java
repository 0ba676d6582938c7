package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The best few logits of a row with their ids, in one pass that looks closer only where something better stands. */
final class BestTokens {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private BestTokens() {}

    /**
     * Fills in the best tokens that are not removed, best first, of equals the lower id first.
     *
     * @param ids receives as many ids as it has room for
     * @param logits theirs, as long
     * @return how many there are
     */
    static int find(MemorySegment row, int numTokens, int[] ids, float[] logits) {
        int found = 0;
        float least = LogitsRow.REMOVED; // what a logit must exceed to get in
        for (int i = 0; i < numTokens && ids.length > 0; i += LANES) {
            int end = Math.min(i + LANES, numTokens);
            if (end - i == LANES
                    && !FloatVector.fromMemorySegment(SPECIES, row, 4L * i, ByteOrder.nativeOrder())
                            .compare(VectorOperators.GT, least)
                            .anyTrue()) {
                continue;
            }
            for (int id = i; id < end; id++) {
                float logit = row.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * id);
                if (logit > least) {
                    found = insert(id, logit, found, ids, logits);
                    least = found == ids.length ? logits[found - 1] : least;
                }
            }
        }
        return found;
    }

    /** Puts a token behind those that are as good; the last one falls out of a full list. */
    private static int insert(int id, float logit, int found, int[] ids, float[] logits) {
        int size = Math.min(found + 1, ids.length);
        int at = size - 1;
        while (at > 0 && logits[at - 1] < logit) {
            ids[at] = ids[at - 1];
            logits[at] = logits[at - 1];
            at--;
        }
        ids[at] = id;
        logits[at] = logit;
        return size;
    }
}
