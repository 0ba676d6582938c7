package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;

/** A model in training, wherever it is computed. Used by one thread. */
public interface TrainedModel {
    ModelConfig config();

    /** The parameters as they are now. */
    ParameterStore parameters();

    /**
     * Runs the batch forward only.
     *
     * @throws io.github.coda4j.CodaException when an id is outside the vocabulary or rows are longer than the model's
     * @throws IllegalArgumentException when no output row of this model predicts a target
     */
    LossSums evaluate(MaskedBatch batch);
}
