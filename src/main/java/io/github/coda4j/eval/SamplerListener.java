package io.github.coda4j.eval;

import java.util.OptionalLong;

/** Hears how a {@link SamplerSweep} goes. */
public interface SamplerListener {
    /** A point of a curve was measured. */
    void measured(SamplerRow row);

    /**
     * What is left to do, before the first point and after each.
     *
     * @param points that are not measured yet
     * @param of all points that were asked for
     * @param seconds about so many at the pace so far; empty before the first point
     */
    void remains(int points, int of, OptionalLong seconds);
}
