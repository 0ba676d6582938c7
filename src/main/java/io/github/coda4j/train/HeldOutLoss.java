package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.MaskingRule;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.TrainedModel;
import java.util.ArrayList;
import java.util.List;

/** Measures the held-out loss: the first rows of the held-out data, masked once and for all, shared among the ranks. */
public final class HeldOutLoss {
    private final List<MaskedBatch> batches = new ArrayList<>();
    private final TrainedModel model;
    private final RankOptimizer ranks;

    /**
     * Reads and masks the rows now.
     *
     * @param source the held-out data
     * @param masker with a seed of its own; asked for step 0 only
     * @param rows how many to measure; fewer where there are fewer
     * @param microRows rows that are measured at a time
     */
    public HeldOutLoss(
            SequenceSource source,
            MaskingRule masker,
            int rows,
            int microRows,
            TrainedModel model,
            RankOptimizer ranks) {
        check(rows > 0 && microRows > 0, "held-out rows must be positive, got %d by %d", rows, microRows);
        this.model = model;
        this.ranks = ranks;
        int all = (int) Math.min(rows, source.numSequences());
        int first = (int) ((long) all * ranks.rank() / ranks.worldSize());
        int end = (int) ((long) all * (ranks.rank() + 1) / ranks.worldSize());
        for (int row = first; row < end; row += microRows) {
            PackedBatch packed = source.read(row, Math.min(microRows, end - row));
            batches.add(masker.mask(packed, 0, row).batch());
        }
    }

    /** The loss of the parameters as they are; all ranks call it together. */
    public HeldOutMetrics measure(long step) {
        LossSums mine = LossSums.ZERO;
        for (MaskedBatch batch : batches) {
            mine = mine.plus(model.evaluate(batch));
        }
        double[] all = ranks.sum(mine.weighted(), mine.crossEntropy(), mine.targets(), mine.positions());
        LossSums sums = new LossSums(all[0], all[1], (long) all[2], (long) all[3]);
        return new HeldOutMetrics(step, sums.loss(), sums.maskedCrossEntropy(), sums.targets());
    }
}
