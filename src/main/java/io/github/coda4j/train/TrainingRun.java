package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.AppliedMasks;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.TrainingPass;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * Training, one {@link #step} at a time: this file and what it calls are the story of how CoDA learns. Every rank runs
 * the same steps on its own rows of the global batch, and has the same parameters after each.
 */
public final class TrainingRun implements Stepper {
    private final RowShare share;
    private final BatchFeed feed;
    private final TrainingPass pass;
    private final Updater updater;
    private final LongToDoubleFunction learningRate;
    private final double clipNorm;
    private final PeakUse costs;

    /**
     * A run over parts that it does not own.
     *
     * @param feed begins with the step after the updater's last one
     * @param learningRate of the step, from 0
     * @param clipNorm largest L2 norm of the gradient; infinite to let every gradient through
     */
    public TrainingRun(
            RowShare share,
            BatchFeed feed,
            TrainingPass pass,
            Updater updater,
            LongToDoubleFunction learningRate,
            double clipNorm,
            PeakUse costs) {
        check(clipNorm > 0, "the gradient's largest norm must be positive, got %s", clipNorm);
        this.share = share;
        this.feed = feed;
        this.pass = pass;
        this.updater = updater;
        this.learningRate = learningRate;
        this.clipNorm = clipNorm;
        this.costs = costs;
    }

    @Override
    public StepMetrics step() {
        long begin = System.nanoTime();
        StepBatch batch = feed.take(); // this rank's rows, read and masked ahead
        LossSums mine = accumulate(batch); // forward and backward; gradients add up over the micro-batches
        double norm = updater.reduceGradients(); // and over the ranks
        Totals all = sumOverRanks(mine, batch);
        refuseNotFinite(batch, all, norm);
        double scale = Math.min(1, clipNorm / norm);
        double rate = learningRate.applyAsDouble(batch.step());
        updater.update(rate, scale); // new parameters on every rank; gradients are zero again
        long nanos = System.nanoTime() - begin;
        if (all.peakBeaten()) {
            costs.measureAgain();
        }
        return StepMetrics.of(
                batch,
                new StepMetrics.Totals(all.sums(), all.maskable(), all.applied()),
                norm,
                scale,
                rate,
                nanos,
                feed.waitedNanos(),
                costs.share(all.operations(), nanos));
    }

    private LossSums accumulate(StepBatch batch) {
        List<MaskedBatch> pieces = batch.microBatches(share.microRows());
        double scale = 1.0 / ((double) share.globalRows() * batch.masked().length());
        LossSums sums = LossSums.ZERO;
        for (int i = 0; i < pieces.size(); i++) {
            boolean last = i == pieces.size() - 1;
            sums = sums.plus(pass.accumulate(pieces.get(i), scale, last ? updater.listener() : GradientListener.NONE));
        }
        return sums;
    }

    /** Sums of a step over all ranks. */
    private record Totals(LossSums sums, long maskable, AppliedMasks applied, double operations, boolean peakBeaten) {}

    private Totals sumOverRanks(LossSums mine, StepBatch batch) {
        AppliedMasks masks = batch.applied();
        double[] all = updater.sum(
                mine.weighted(),
                mine.crossEntropy(),
                mine.targets(),
                mine.positions(),
                batch.maskable(),
                masks.rows(),
                masks.prefixRows(),
                masks.truncatedRows(),
                masks.blockRows(),
                masks.holeRows(),
                masks.maskedPositions(),
                costs.operations(batch),
                costs.isBeaten() ? 1 : 0); // by an earlier step, on any rank
        return new Totals(
                new LossSums(all[0], all[1], (long) all[2], (long) all[3]),
                (long) all[4],
                new AppliedMasks((int) all[5], (int) all[6], (int) all[7], (int) all[8], (int) all[9], (long) all[10]),
                all[11],
                all[12] > 0);
    }

    private static void refuseNotFinite(StepBatch batch, Totals all, double norm) {
        double loss = all.sums().loss();
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new TrainingDivergedException(batch, loss, norm);
        }
    }
}
