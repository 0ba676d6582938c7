package io.github.coda4j.hlo.coda;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;

/**
 * What a step is given of masked rows, each [rows, length], row by row. Targets and weights belong to rows of the
 * model's output, not to positions.
 *
 * @param noisyIds what the model sees
 * @param targets the id that an output row should say; 0 where nothing counts
 * @param weights what its cross entropy is multiplied with; 0 where nothing counts
 * @param segments the document of each position
 */
public record StepFeed(int[] noisyIds, int[] targets, float[] weights, int[] segments) {
    /**
     * The rows of a batch.
     *
     * @param scale of the weights: 1 / (rows * length) of the whole step over all devices and micro batches
     * @throws IllegalArgumentException when position 0 has a target that no output row predicts
     */
    public static StepFeed of(MaskedBatch batch, Alignment alignment, double scale) {
        int length = batch.length();
        int size = batch.rows() * length;
        StepFeed feed = new StepFeed(new int[size], new int[size], new float[size], new int[size]);
        for (int b = 0; b < batch.rows(); b++) {
            check(
                    batch.targets()[b][0] == MaskedBatch.NOT_COUNTED || alignment.predictsFirst(),
                    "position 0 of row %d has a target, but no output of a model with alignment %s predicts it",
                    b,
                    alignment);
            System.arraycopy(batch.noisyIds()[b], 0, feed.noisyIds, b * length, length);
            System.arraycopy(batch.segments()[b], 0, feed.segments, b * length, length);
            for (int i = 0; i < length; i++) {
                int target = batch.targets()[b][i];
                if (target != MaskedBatch.NOT_COUNTED) {
                    int row = b * length + alignment.row(i, 0);
                    feed.targets[row] = target;
                    feed.weights[row] = (float) (batch.weight(b, i) * scale);
                }
            }
        }
        return feed;
    }
}
