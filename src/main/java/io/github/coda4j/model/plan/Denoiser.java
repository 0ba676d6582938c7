package io.github.coda4j.model.plan;

import io.github.coda4j.diffusion.Alignment;
import java.util.List;

/**
 * The network as decoding sees it: plans in, proposals out. Used by one thread at a time; closing twice is harmless.
 */
public interface Denoiser extends AutoCloseable {
    /** Id of the mask token. */
    int maskId();

    /** Which output row proposes which position. */
    Alignment alignment();

    /** Number of ids the model knows. */
    int vocabSize();

    /** The longest sequence that it can run. */
    int maxPositions();

    /** An empty cache for one sequence of the given length. */
    KvCache newCache(int length);

    /** Runs the plans in one packed pass. Answer i belongs to plan i and does not depend on the other plans. */
    List<Proposals> forward(List<ForwardPlan> plans);

    @Override
    void close();
}
