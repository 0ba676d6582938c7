package io.github.coda4j.decode;

/** What happens to the first token of a block in cached block decoding. */
public enum BlockStart {
    /**
     * It is proposed like every other token: the refreshing forward proposes all masked positions of the block, and
     * cached forwards run the row that proposes it, which a shifted alignment has before the block.
     */
    PROPOSE,
    /**
     * The original's loop, forward by forward: the refreshing forward commits the first token whatever its confidence
     * and nothing else, and cached forwards begin at the block. Forwards that commit nothing are run as the original
     * runs them.
     */
    COMMIT
}
