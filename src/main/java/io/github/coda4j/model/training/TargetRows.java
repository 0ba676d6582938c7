package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;

/**
 * Which rows of the model's output count, in the order of the batch: those that the model's alignment lets predict a
 * target.
 *
 * @param rows [R] number of the output row among all tokens that are run
 * @param tokens [R] the id that the row should say
 * @param weights [R] what the row's cross entropy is multiplied with
 */
record TargetRows(int[] rows, int[] tokens, float[] weights) {
    /** In place of a token: no output predicts the position. */
    static final int NOBODY = -1;

    /**
     * The rows of a batch's targets.
     *
     * @param proposers [B*T], for each position the token whose output predicts it, or {@link #NOBODY}
     * @throws IllegalArgumentException when no row predicts a target: one at the first position of a shifted model
     */
    static TargetRows of(MaskedBatch batch, Alignment alignment, int[] proposers) {
        int count = batch.numTargets();
        TargetRows result = new TargetRows(new int[count], new int[count], new float[count]);
        int next = 0;
        for (int b = 0; b < batch.rows(); b++) {
            for (int i = 0; i < batch.length(); i++) {
                int target = batch.targets()[b][i];
                if (target != MaskedBatch.NOT_COUNTED) {
                    int row = proposers[b * batch.length() + i];
                    check(
                            row != NOBODY,
                            "position %d of row %d has a target, but no output of a model with alignment %s predicts"
                                    + " it",
                            i,
                            b,
                            alignment);
                    result.rows[next] = row;
                    result.tokens[next] = target;
                    result.weights[next++] = batch.weight(b, i);
                }
            }
        }
        return result;
    }

    int count() {
        return rows.length;
    }

    /**
     * The sums over the rows, in their order.
     *
     * @param crossEntropies [R]
     * @param positions of the batch, B * T
     */
    LossSums sums(float[] crossEntropies, long positions) {
        assert crossEntropies.length == count() : crossEntropies.length + " cross entropies of " + count() + " rows";
        double weighted = 0;
        double plain = 0;
        for (int i = 0; i < crossEntropies.length; i++) {
            weighted += (double) weights[i] * crossEntropies[i];
            plain += crossEntropies[i];
        }
        return new LossSums(weighted, plain, crossEntropies.length, positions);
    }
}
