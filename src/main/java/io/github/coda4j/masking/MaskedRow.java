package io.github.coda4j.masking;

import io.github.coda4j.diffusion.MaskedBatch;
import java.util.List;

/** One row of a {@link MaskedBatch}, and what was done to mask it. */
record MaskedRow(int[] noisyIds, int[] targets, int[] segments, float weight, float[] factors, AppliedMasks applied) {
    static Noised together(List<MaskedRow> rows) {
        float[] weights = new float[rows.size()];
        for (int b = 0; b < weights.length; b++) {
            weights[b] = rows.get(b).weight;
        }
        MaskedBatch batch = new MaskedBatch(
                rows.stream().map(MaskedRow::noisyIds).toArray(int[][]::new),
                rows.stream().map(MaskedRow::targets).toArray(int[][]::new),
                rows.stream().map(MaskedRow::segments).toArray(int[][]::new),
                weights,
                rows.stream().map(MaskedRow::factors).toArray(float[][]::new));
        return new Noised(batch, rows.stream().map(MaskedRow::applied).reduce(AppliedMasks.NONE, AppliedMasks::plus));
    }

    static int count(boolean[] masked) {
        int count = 0;
        for (boolean m : masked) {
            count += m ? 1 : 0;
        }
        return count;
    }
}
