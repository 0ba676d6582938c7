package io.github.coda4j.train;

import java.util.OptionalDouble;

/** What the steps of this process come to. */
final class RunTotals implements MetricsSink {
    private double seconds;
    private double waitedSeconds;
    private OptionalDouble loss = OptionalDouble.empty();

    @Override
    public void step(StepMetrics metrics) {
        seconds += metrics.seconds();
        waitedSeconds += metrics.waitedSeconds();
        loss = OptionalDouble.of(metrics.loss());
    }

    @Override
    public void heldOut(HeldOutMetrics metrics) {}

    /** Of the newest step. */
    OptionalDouble loss() {
        return loss;
    }

    /** Part of the steps' time that went into waiting for data. */
    OptionalDouble waitedShare() {
        return loss.isEmpty() ? loss : OptionalDouble.of(seconds == 0 ? 0 : waitedSeconds / seconds);
    }
}
