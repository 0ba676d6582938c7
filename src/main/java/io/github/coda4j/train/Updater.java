package io.github.coda4j.train;

import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.tensor.Tensor;
import java.util.Map;

/**
 * From the gradients that this rank accumulated to updated parameters, the same on every rank. One step calls
 * {@link #listener} for its last micro-batch, then {@link #reduceGradients}, then {@link #update}.
 */
public interface Updater extends AutoCloseable {
    /** Number of this process, 0 to worldSize - 1. */
    int rank();

    int worldSize();

    /** Takes part in the backward pass of a step's last micro-batch: sends what is final to the other ranks. */
    GradientListener listener();

    /** Waits until the gradients are summed over all ranks and gives the L2 norm of the sum, the same on every rank. */
    double reduceGradients();

    /**
     * One optimizer step on the summed gradients times {@code gradientScale}; afterwards every rank has all new values
     * and gradients are zero.
     *
     * @param gradientScale 1, or less to clip
     */
    void update(double learningRate, double gradientScale);

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

    @Override
    void close();
}
