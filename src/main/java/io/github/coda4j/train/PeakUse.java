package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.TrainingWork;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/**
 * What a step takes, by the usual count of {@link TrainingWork#operations}, and the part of what the products of all
 * ranks can do at best that it used (MFU): the operations of all ranks per second over the sum of the ranks' peaks,
 * which they measure at the same time. A peak that was measured on a busy machine is too low, which shows in a step
 * that beats it: then it is measured again, and the largest counts, so that no share is above 1.
 */
public final class PeakUse {
    private final ModelConfig config;
    private final long parameters;
    private final Optional<DoubleSupplier> measuring;
    private final Listener listener;
    private double measured;
    private double peak;

    /** Told on the training thread when the peak was measured again, in operations per second of all ranks. */
    @FunctionalInterface
    public interface Listener {
        void peakRaised(double before, double now);
    }

    private PeakUse(ModelConfig config, long parameters, Optional<DoubleSupplier> measuring, Listener listener) {
        check(parameters > 0, "a model has parameters, got %d", parameters);
        this.config = config;
        this.parameters = parameters;
        this.measuring = measuring;
        this.listener = listener;
        this.measured = measuring.map(this::measure).orElse(0.0);
        this.peak = measured;
    }

    /** One that counts and compares with nothing. */
    public static PeakUse uncompared(ModelConfig config, boolean ownHead) {
        return new PeakUse(config, parameters(config, ownHead), Optional.empty(), (_, _) -> {});
    }

    /**
     * One that compares with the peak, which is measured at once.
     *
     * @param measuring gives operations per second of all ranks' products at best; all ranks call it together
     */
    public static PeakUse compared(ModelConfig config, boolean ownHead, DoubleSupplier measuring, Listener listener) {
        return new PeakUse(config, parameters(config, ownHead), Optional.of(measuring), listener);
    }

    /** Numbers in the model; a tied head counts once. */
    static long parameters(ModelConfig config, boolean ownHead) {
        return config.withTiedHead(!ownHead).numParameters();
    }

    private double measure(DoubleSupplier by) {
        double value = by.getAsDouble();
        check(value > 0, "the peak must be positive, got %s", value);
        return value;
    }

    /** Operations of one rank's part of a step. */
    public double operations(StepBatch batch) {
        return TrainingWork.operations(config, parameters, batch.masked());
    }

    /**
     * The part of the peak that a step used, at most 1; empty where nothing is compared.
     *
     * @param operations of all ranks
     */
    OptionalDouble share(double operations, long nanos) {
        if (measuring.isEmpty()) {
            return OptionalDouble.empty();
        }
        double rate = operations / (nanos / 1e9);
        peak = Math.max(peak, rate);
        return OptionalDouble.of(rate / peak);
    }

    /** Whether a step was faster than the peak that was measured. */
    boolean isBeaten() {
        return peak > measured;
    }

    /** Measures the peak again; all ranks call it together. */
    void measureAgain() {
        measuring.ifPresent(by -> {
            double before = measured;
            peak = Math.max(peak, measure(by));
            measured = peak;
            listener.peakRaised(before, peak);
        });
    }
}
