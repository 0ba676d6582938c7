package io.github.coda4j.model.plan;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import java.util.List;
import java.util.Optional;

/**
 * The network as decoding sees it: plans in, proposals out. Used by one thread at a time; closing twice is harmless.
 */
public interface Denoiser extends AutoCloseable {
    /** Id of the mask token. */
    int maskId();

    /** Which output row proposes which position. */
    Alignment alignment();

    /**
     * The blocks of a model with block-causal attention, which is asked with {@link CacheAccess.Append}; empty where
     * every position sees the whole sequence.
     */
    default Optional<BlockCausal> blocks() {
        return Optional.empty();
    }

    /** Number of ids the model knows. */
    int vocabSize();

    /** The longest sequence that it can run. */
    int maxPositions();

    /** An empty cache for one sequence of the given length. */
    KvCache newCache(int length);

    /**
     * What a filled cache holds, put elsewhere: position i of the new cache has the keys and values of position
     * {@code from[i]}, the keys turned as if that had stood at i, or nothing until a forward runs it where
     * {@code from[i]} is -1. So text that moves because something before it grew or shrank need not be run again. An
     * approximation as far as that text saw what has changed.
     *
     * @param cache stays as it is
     * @param from one for each position of the new cache, at least one, each in [-1, length of the cache)
     */
    KvCache moved(KvCache cache, int[] from);

    /** Runs the plans in one packed pass. Answer i belongs to plan i and does not depend on the other plans. */
    List<Proposals> forward(List<ForwardPlan> plans);

    @Override
    void close();
}
