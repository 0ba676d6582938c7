package io.github.coda4j.model.training;

/** Told during a backward pass which gradients are final, so that they can be sent to other ranks while it goes on. */
@FunctionalInterface
public interface GradientListener {
    GradientListener NONE = slice -> {};

    /**
     * The backward pass will not touch the gradient of this parameter again. Each parameter comes once, the last
     * layer's first.
     */
    void ready(ParameterStore.Slice slice);
}
