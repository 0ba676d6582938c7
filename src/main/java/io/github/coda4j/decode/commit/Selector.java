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
     * Tokens of a wanted position whose probabilities the step needs beside the proposal; by default none.
     *
     * @return ids, none negative
     */
    default int[] asked(int step, int position) {
        return NOTHING;
    }

    /**
     * The positions with a token whose rows the step needs too; by default none. Asked of policies that mask tokens
     * again.
     *
     * @param committed the block's positions that hold a token of the answer, ascending
     * @return some of them, ascending
     */
    default int[] watched(int step, int[] committed) {
        return NOTHING;
    }

    /**
     * Told before {@link #chosen} when the forward saw other stored keys and values than the one before it: a
     * difference of distributions between the two says nothing.
     */
    default void cut() {}

    /**
     * Told before {@link #chosen} what the forward says of the watched positions.
     *
     * @param committed in their order
     */
    default void seen(int step, List<Candidate> committed) {}

    /**
     * What is proposed instead: a transform of scores that may change tokens and probabilities; by default the
     * candidates as they are.
     *
     * @return as many, for the same positions
     */
    default List<Candidate> weighed(int step, List<Candidate> candidates) {
        return candidates;
    }

    /**
     * Which committed positions are masks again after the step; by default none. Asked of policies that mask tokens
     * again, after the step's commits. Where steps do not count these are fewer than the commits.
     *
     * @param made what the step has committed
     * @return positions of the block that hold a token, each once
     */
    default int[] revoked(int step, List<Candidate> made) {
        return NOTHING;
    }

    /**
     * What the step commits.
     *
     * @param candidates the proposals for the wanted positions, in their order, at least one
     * @return indexes into the candidates in any order, none twice; at least one unless the policy masks tokens again
     *     and counts steps
     */
    int[] chosen(int step, List<Candidate> candidates);
}
