package io.github.coda4j.train;

import io.github.coda4j.tensor.Tensor;
import java.util.Map;

/** A rule that moves the parameters of one rank against their gradients. Used by one thread. */
public interface Optimizer extends AutoCloseable {
    /**
     * One update of the values; the gradients are of no use afterwards.
     *
     * @param gradientScale factor of the gradients, above 0
     */
    void step(double learningRate, double gradientScale);

    /** Updates made so far. */
    long steps();

    /** Goes on as after so many updates. */
    void setSteps(long steps);

    /** What the rule remembers, by name: the tensors themselves, to be saved or assigned to. */
    Map<String, Tensor> state();

    @Override
    void close();
}
