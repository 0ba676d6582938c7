package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.MaskedBatch;

/**
 * Which rows of the model's output count, in the order of the batch. The logits shift: the target of position i is
 * predicted by the output row of position i - 1.
 *
 * @param rows [R] number of the output row among all B * T
 * @param tokens [R] the id that the row should say
 * @param weights [R] ELBO weight of the row's cross entropy
 */
record TargetRows(int[] rows, int[] tokens, float[] weights) {
    static TargetRows of(MaskedBatch batch) {
        int count = batch.numTargets();
        TargetRows result = new TargetRows(new int[count], new int[count], new float[count]);
        int next = 0;
        for (int b = 0; b < batch.rows(); b++) {
            for (int i = 1; i < batch.length(); i++) {
                int target = batch.targets()[b][i];
                if (target != MaskedBatch.NOT_COUNTED) {
                    result.rows[next] = b * batch.length() + i - 1;
                    result.tokens[next] = target;
                    result.weights[next++] = batch.weights()[b];
                }
            }
        }
        return result;
    }

    int count() {
        return rows.length;
    }
}
