package io.github.coda4j.decode.commit;

/**
 * What has to be so that a commit policy means what it says. Options that do not keep to it are refused with the
 * policy's name.
 */
public enum Need {
    /**
     * The probabilities of the model as they are: temperature 0, no top-p, no top-k, and no block whose first token is
     * committed whatever its probability.
     */
    PLAIN_PROBABILITIES,
    /**
     * A proposal for every token that is committed, drawn or the best: no block whose first token is committed whatever
     * its probability.
     */
    PROPOSED_STARTS,
    /** A block length: on an open canvas the rule would fill the far end first. */
    BLOCKS,
    /** Tokens for every proposal, never the mask: what is counted as committed must be. */
    NO_MASK_PROPOSALS
}
