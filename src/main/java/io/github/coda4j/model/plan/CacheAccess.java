package io.github.coda4j.model.plan;

import io.github.coda4j.diffusion.BlockGrid;

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

    /**
     * Block-causal attention: each token that is run attends to the blocks up to its own, those that are run and the
     * stored ones before them. What is run is stored; what is stored behind it plays no part. The plan may ask for the
     * position behind its last token, where a model's rows are shifted.
     *
     * @param cache holds final keys and values of all positions before the plan's start
     * @param grid the blocks of the sequence
     */
    record Append(KvCache cache, BlockGrid grid) implements CacheAccess {}

    /** The one that needs no cache. */
    CacheAccess NONE = new None();
}
