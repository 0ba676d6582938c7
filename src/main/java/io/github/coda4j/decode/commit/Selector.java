package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * A commit policy at work in one block. It is made when the block is entered and asked step by step, so it may remember
 * what it saw. Steps are counted from 0 in each block.
 */
@FunctionalInterface
public interface Selector {
    /** Indexes of nothing. */
    int[] NOTHING = {};

    /**
     * Whether the block ends before this step; by default when it is full.
     *
     * @param numMasked masks left in the block
     */
    default boolean finished(int step, int numMasked) {
        return numMasked == 0;
    }

    /**
     * The positions whose proposals the step needs; by default all.
     *
     * @param masked the block's masked positions, ascending
     * @return some of them, ascending; none: the step commits nothing and needs no forward, which at most as many steps
     *     of a block may do as it has
     */
    default int[] wanted(int step, int[] masked) {
        return masked;
    }

    /**
     * What the step commits.
     *
     * @param candidates the proposals for the wanted positions, in their order, at least one
     * @return indexes into the candidates in any order, at least one, none twice
     */
    int[] chosen(int step, List<Candidate> candidates);
}
