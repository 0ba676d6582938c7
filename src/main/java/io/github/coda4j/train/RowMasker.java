package io.github.coda4j.train;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.masking.Noised;

/** Makes masked examples of rows; what is drawn depends on seed, step and row alone. */
@FunctionalInterface
public interface RowMasker {
    /**
     * Masks rows of one step's global batch.
     *
     * @param step the optimizer step, from 0
     * @param firstRow number of the batch's first row in the global batch
     */
    Noised mask(PackedBatch batch, long step, int firstRow);
}
