package io.github.coda4j.model.training;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import java.util.List;

/**
 * A batch as the fused pass walks through it: all rows one after another.
 *
 * @param ids [M], M = B * T
 * @param length T
 * @param runs the documents
 * @param runOf [M], index of each token's document
 * @param targets what the outputs should say
 */
record FusedBatch(int[] ids, int length, List<SegmentRuns.Run> runs, int[] runOf, TargetRows targets) {
    /**
     * Packs a batch.
     *
     * @throws CodaException when an id is outside the vocabulary or rows are longer than the model's
     * @throws IllegalArgumentException when no output row predicts a target
     */
    static FusedBatch of(MaskedBatch batch, ModelConfig config) {
        int length = batch.length();
        if (length > config.maxPositions()) {
            throw CodaException.of(
                    "the model knows %d positions, the batch has rows of %d", config.maxPositions(), length);
        }
        int[] ids = new int[Math.multiplyExact(batch.rows(), length)];
        for (int b = 0; b < batch.rows(); b++) {
            for (int i = 0; i < length; i++) {
                checkId("token", batch.noisyIds()[b][i], b, i, config);
                if (batch.targets()[b][i] != MaskedBatch.NOT_COUNTED) {
                    checkId("target", batch.targets()[b][i], b, i, config);
                }
            }
            System.arraycopy(batch.noisyIds()[b], 0, ids, b * length, length);
        }
        List<SegmentRuns.Run> runs = SegmentRuns.of(batch);
        int[] runOf = new int[ids.length];
        for (int r = 0; r < runs.size(); r++) {
            SegmentRuns.Run run = runs.get(r);
            java.util.Arrays.fill(runOf, run.start(), run.start() + run.length(), r);
        }
        return new FusedBatch(ids, length, runs, runOf, TargetRows.of(batch, config.alignment()));
    }

    private static void checkId(String what, int id, int row, int position, ModelConfig config) {
        if (id < 0 || id >= config.vocabSize()) {
            throw CodaException.of(
                    "%s %d in row %d at position %d is outside the model's vocabulary of %d",
                    what, id, row, position, config.vocabSize());
        }
    }

    int tokens() {
        return ids.length;
    }

    /** The document of a token. */
    SegmentRuns.Run run(int token) {
        return runs.get(runOf[token]);
    }
}
