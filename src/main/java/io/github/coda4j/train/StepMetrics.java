package io.github.coda4j.train;

import io.github.coda4j.masking.AppliedMasks;
import io.github.coda4j.model.training.LossSums;
import java.util.OptionalDouble;

/**
 * What one optimizer step did, over all ranks.
 *
 * @param step number of the step, from 1: how many updates were made
 * @param loss the training loss: negative ELBO estimate in nats, per position
 * @param elbo the ELBO estimate in nats per token that may be masked: a bound of the log-likelihood of what is learned.
 *     0 when there was none
 * @param maskedCrossEntropy mean cross entropy of the masked positions in nats
 * @param learningRate that the update was made with
 * @param gradientNorm L2 norm of the gradient before clipping
 * @param clipScale what the gradient was multiplied with, 1 when it was not clipped
 * @param masks what masking did to the rows
 * @param masked how many positions were masked and counted
 * @param tokens positions in the step
 * @param seconds the step took
 * @param waitedSeconds of these, waiting for data
 * @param peakShare part of the product peak that was used (MFU), 0 to 1: operations of all ranks by the usual count (6
 *     per parameter and token, and attention's) per second of the step, over the sum of the ranks' peaks; where it was
 *     measured
 */
public record StepMetrics(
        long step,
        double loss,
        double elbo,
        double maskedCrossEntropy,
        double learningRate,
        double gradientNorm,
        double clipScale,
        AppliedMasks masks,
        long masked,
        long tokens,
        double seconds,
        double waitedSeconds,
        OptionalDouble peakShare) {

    /** Sums of a step over all ranks. */
    record Totals(LossSums sums, long maskable, AppliedMasks applied) {}

    /** Of a step that was made. */
    static StepMetrics of(
            StepBatch batch,
            Totals all,
            double norm,
            double scale,
            double rate,
            long nanos,
            long waitedNanos,
            OptionalDouble peakShare) {
        LossSums sums = all.sums();
        return new StepMetrics(
                batch.step() + 1,
                sums.loss(),
                all.maskable() == 0 ? 0 : -sums.weighted() / all.maskable(),
                sums.maskedCrossEntropy(),
                rate,
                norm,
                scale,
                all.applied(),
                sums.targets(),
                sums.positions(),
                nanos / 1e9,
                waitedNanos / 1e9,
                peakShare);
    }

    public double tokensPerSecond() {
        return tokens / seconds;
    }
}
