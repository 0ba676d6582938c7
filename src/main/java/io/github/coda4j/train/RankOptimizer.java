package io.github.coda4j.train;

import io.github.coda4j.tensor.Tensor;
import java.util.Map;

/** The optimizer of one rank of a run: what it remembers, and sums over all ranks. */
public interface RankOptimizer {
    /** Number of this process, 0 to worldSize - 1. */
    int rank();

    int worldSize();

    /** Sums each number over all ranks. */
    double[] sum(double... values);

    /** How many updates were made, including those before a restore. */
    long steps();

    /**
     * The optimizer's state by name, whole and in the same layout for every world size; in the current scope. All ranks
     * call it together; only rank 0 gets it, the others an empty map.
     */
    Map<String, Tensor> state();

    /**
     * Goes on from a state that {@link #state} gave, perhaps on another world size.
     *
     * @throws io.github.coda4j.CodaException naming a tensor that is missing, too much or of another shape
     */
    void restore(long steps, Map<String, Tensor> state);
}
