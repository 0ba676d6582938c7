package io.github.coda4j.train;

import io.github.coda4j.Closing;
import java.util.List;

/** Somebody who wants to know how training goes. */
public interface MetricsSink extends AutoCloseable {
    void step(StepMetrics metrics);

    void heldOut(HeldOutMetrics metrics);

    @Override
    default void close() {}

    /** Tells several; closes them all. */
    static MetricsSink all(List<MetricsSink> sinks) {
        return new MetricsSink() {
            @Override
            public void step(StepMetrics metrics) {
                sinks.forEach(sink -> sink.step(metrics));
            }

            @Override
            public void heldOut(HeldOutMetrics metrics) {
                sinks.forEach(sink -> sink.heldOut(metrics));
            }

            @Override
            public void close() {
                Closing.all(sinks);
            }
        };
    }
}
