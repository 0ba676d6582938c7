package io.github.coda4j.train;

/** Somebody who wants to know how training goes. */
public interface MetricsSink extends AutoCloseable {
    void step(StepMetrics metrics);

    void heldOut(HeldOutMetrics metrics);

    @Override
    default void close() {}
}
