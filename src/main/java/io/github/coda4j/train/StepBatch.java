package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.AppliedMasks;
import java.util.ArrayList;
import java.util.List;

/**
 * What one rank trains on in one step.
 *
 * @param step the optimizer step, from 0
 * @param cursor position of the global batch's first row in the endless order of sequences
 * @param packed the rows before masking
 * @param masked the same rows masked
 * @param applied what was done to mask them
 */
public record StepBatch(long step, long cursor, PackedBatch packed, MaskedBatch masked, AppliedMasks applied) {
    public StepBatch {
        check(
                packed.rows() == masked.rows() && packed.length() == masked.length(),
                "masking made %d x %d of a batch of %d x %d",
                masked.rows(),
                masked.length(),
                packed.rows(),
                packed.length());
    }

    /** The masked rows in pieces of at most so many rows. */
    public List<MaskedBatch> microBatches(int rows) {
        List<MaskedBatch> pieces = new ArrayList<>();
        for (int from = 0; from < masked.rows(); from += rows) {
            pieces.add(masked.rows(from, Math.min(from + rows, masked.rows())));
        }
        return pieces;
    }

    /** How many positions may be masked; the first of a row never counts. */
    public long maskable() {
        long count = 0;
        for (boolean[] row : packed.maskable()) {
            for (int i = 1; i < row.length; i++) {
                count += row[i] ? 1 : 0;
            }
        }
        return count;
    }
}
