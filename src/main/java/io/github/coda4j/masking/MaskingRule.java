package io.github.coda4j.masking;

import io.github.coda4j.data.PackedBatch;

/**
 * Makes masked examples of rows. What is drawn must depend on the rule's seed, the step and the row alone
 * ({@link io.github.coda4j.diffusion.CounterRandom}), so that a run resumes by a number and any rank masks its own rows
 * the same. Called by one thread, which is not the one that trains.
 */
@FunctionalInterface
public interface MaskingRule {
    /**
     * Masks rows of one step's global batch, B rows of T positions.
     *
     * <p>The answer has as many rows and positions. What the model sees, what it should say and where documents end may
     * all differ from the batch: a rule that gives a span more masks than it has tokens moves what follows to the right
     * and cuts the row at T; surplus masks get targets of its choice, and those that should not drown the others
     * {@link io.github.coda4j.diffusion.MaskedBatch#factors} below 1, or are
     * ({@link io.github.coda4j.diffusion.MaskedBatch#NOT_COUNTED}).
     *
     * @param batch must not be changed
     * @param step the optimizer step, from 0
     * @param firstRow number of the batch's first row in the global batch, from 0
     */
    Noised mask(PackedBatch batch, long step, long firstRow);
}
