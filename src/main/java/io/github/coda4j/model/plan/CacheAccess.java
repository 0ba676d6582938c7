package io.github.coda4j.model.plan;

/** What a forward pass does with the keys and values of its sequence. */
public sealed interface CacheAccess {
    /** The tokens that are run attend to each other only; nothing is stored. */
    record None() implements CacheAccess {}

    /** The whole sequence is run and its keys and values are stored, position by position. */
    record Fill(KvCache cache) implements CacheAccess {}

    /**
     * The tokens that are run attend to each other and to the stored keys and values of all positions that are not run.
     * The stored entries of the positions that are run are replaced.
     */
    record Reuse(KvCache cache) implements CacheAccess {}

    /** The one that needs no cache. */
    CacheAccess NONE = new None();
}
