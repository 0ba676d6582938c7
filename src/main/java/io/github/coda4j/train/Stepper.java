package io.github.coda4j.train;

/** Makes the optimizer steps of a run, one at a time. */
@FunctionalInterface
public interface Stepper {
    /**
     * One optimizer step.
     *
     * @throws TrainingDivergedException on every rank when loss or gradient is not finite; the parameters are unchanged
     *     then
     * @throws io.github.coda4j.CodaException when data cannot be read, or a rank or a device is lost
     */
    StepMetrics step();
}
