package io.github.coda4j.decode;

import io.github.coda4j.model.plan.Proposals;

/** Runs a commit policy over the steps of one block. Steps are counted from 0 in each block. */
interface Selector {
    /** Indexes into proposals or positions. */
    int[] NOTHING = {};

    /** Whether the block ends before this step. */
    boolean finished(int step, int numMasked);

    /**
     * The positions among the masked ones whose proposals the step needs; none: the step commits nothing and needs no
     * forward.
     */
    int[] wanted(int step, int[] masked);

    /** Indexes of the proposals that the step commits. */
    int[] chosen(int step, Proposals proposals);
}
