package io.github.coda4j.train;

import io.github.coda4j.model.training.GradientListener;

/**
 * From the gradients that this rank accumulated to updated parameters, the same on every rank. One step calls
 * {@link #listener} for its last micro-batch, then {@link #reduceGradients}, then {@link #update}.
 */
public interface Updater extends RankOptimizer, AutoCloseable {
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

    @Override
    void close();
}
