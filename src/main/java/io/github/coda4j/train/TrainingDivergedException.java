package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import java.util.Locale;

/** A step's loss or gradient was not a finite number; the parameters are as they were before the step. */
public final class TrainingDivergedException extends CodaException {
    private static final long serialVersionUID = 1L;

    private final transient StepBatch batch;

    TrainingDivergedException(StepBatch batch, double loss, double gradientNorm) {
        super(String.format(
                Locale.ROOT, "step %d: the loss is %s and the gradient norm %s", batch.step() + 1, loss, gradientNorm));
        this.batch = batch;
    }

    /** This rank's part of the step. */
    public StepBatch batch() {
        return batch;
    }
}
