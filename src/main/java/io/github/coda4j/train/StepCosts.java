package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.ModelConfig;
import java.util.OptionalDouble;

/**
 * What a step takes by the usual count (Chowdhery et al. 2022, "PaLM", appendix B): 6 operations per parameter and token, and 12 per
 * layer, attention width and pair of positions that see each other. Recomputing layers and rows without logits do not change the count.
 *
 * @param parameters numbers in the model; a tied head counts once
 * @param attentionWidth layers times heads times head dimension
 * @param peak operations per second of this rank's products at best, where known
 */
public record StepCosts(long parameters, long attentionWidth, OptionalDouble peak) {
    public StepCosts {
        check(parameters > 0, "a model has parameters, got %d", parameters);
        check(peak.isEmpty() || peak.getAsDouble() > 0, "the peak must be positive, got %s", peak);
    }

    public static StepCosts of(ModelConfig config, boolean ownHead, OptionalDouble peak) {
        return new StepCosts(
                config.withTiedHead(!ownHead).numParameters(),
                (long) config.layers() * config.heads() * config.headDim(),
                peak);
    }

    /** Operations of one rank's part of a step. */
    public double operations(StepBatch batch) {
        double tokens = (double) batch.masked().rows() * batch.masked().length();
        return 6.0 * parameters * tokens + 12.0 * attentionWidth * batch.attendedPairs();
    }

    /** The part of the peak that a step of so many nanoseconds used. */
    OptionalDouble peakShare(StepBatch batch, long nanos) {
        return peak.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(operations(batch) / (nanos / 1e9) / peak.getAsDouble());
    }
}
