package io.github.coda4j.decode;

/** Which rows a forward runs that takes the rest from a cache. */
public enum CachedRows {
    /** All of the block, so that every one of its tokens is seen anew in each forward. */
    BLOCK,
    /**
     * From the first to the last that proposes something or holds a token that is not stored yet: rows that cannot be
     * committed any more stay out of the products, and keep the keys and values of their last run.
     */
    OPEN
}
