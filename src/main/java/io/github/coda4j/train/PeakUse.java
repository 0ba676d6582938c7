package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.Arithmetic;
import io.github.coda4j.model.ModelConfig;
import java.util.OptionalDouble;

/**
 * What a step takes, by the usual count of {@link Arithmetic#trainingOperations}.
 *
 * @param parameters numbers in the model; a tied head counts once
 * @param peak operations per second of this rank's products at best, where known
 */
public record PeakUse(ModelConfig config, long parameters, OptionalDouble peak) {
    public PeakUse {
        check(parameters > 0, "a model has parameters, got %d", parameters);
        check(peak.isEmpty() || peak.getAsDouble() > 0, "the peak must be positive, got %s", peak);
    }

    public static PeakUse of(ModelConfig config, boolean ownHead, OptionalDouble peak) {
        return new PeakUse(config, config.withTiedHead(!ownHead).numParameters(), peak);
    }

    /** Operations of one rank's part of a step. */
    public double operations(StepBatch batch) {
        long tokens = (long) batch.masked().rows() * batch.masked().length();
        return Arithmetic.trainingOperations(
                config, parameters, tokens, batch.masked().attendedPairs());
    }

    /** The part of the peak that a step of so many nanoseconds used. */
    OptionalDouble peakShare(StepBatch batch, long nanos) {
        return peak.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(operations(batch) / (nanos / 1e9) / peak.getAsDouble());
    }
}
