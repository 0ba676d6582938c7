package io.github.coda4j.decode.commit;

import java.util.Set;

/**
 * Which proposals of a step are committed. A policy is a value: its parameters, checked. What it does in a block is its
 * {@link Selector}'s.
 *
 * <p>The built-in ones are listed in {@link CommitPolicies}. Somebody else's is a class on the class path with a
 * {@link CommitPolicyFactory}. The decode session holds every policy to the contract of {@link Selector}.
 */
public interface CommitPolicy {
    /** What {@code --alg} calls it. */
    String name();

    /**
     * Whether it follows the timestep schedule ({@link io.github.coda4j.diffusion.Timesteps}): only then has eps an
     * effect.
     */
    default boolean followsSchedule() {
        return false;
    }

    /**
     * Whether the number of steps has an effect. Where it has none a block goes on until it is full, and ends after a
     * forward that commits no token (only possible when the mask may be proposed): the same canvas would be answered
     * the same way for ever.
     *
     * @param inBlocks whether the canvas is decoded in blocks
     */
    default boolean countsSteps(boolean inBlocks) {
        return followsSchedule();
    }

    /**
     * Whether each block has its share of the steps rounded up, so that any number of steps goes with any number of
     * blocks and the last block may be short; otherwise they must divide.
     */
    default boolean roundsStepsUp() {
        return false;
    }

    /** What has to be so that it can be used; by default nothing. */
    default Set<Need> needs() {
        return Set.of();
    }

    /**
     * Whether a block's first token must be proposed like all others, which {@link #needs} says in one way or another.
     */
    default boolean needsProposedStarts() {
        return needs().contains(Need.PLAIN_PROBABILITIES) || needs().contains(Need.PROPOSED_STARTS);
    }

    /** How many of the best tokens of each position it wants ({@link Candidate#best}); by default none. */
    default int numBest() {
        return 0;
    }

    /**
     * Whether committed tokens of the block may become masks again. What the block holds is then told as text when the
     * block is done, not before.
     */
    default boolean remasks() {
        return false;
    }

    /** What it ranks a candidate by, higher is better; the probability where it does not rank. */
    default float confidence(Candidate candidate) {
        return candidate.probability();
    }

    /** A new selector for a block that is entered. */
    Selector selector(BlockContext block);
}
