package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;

/** Forward and backward of the model over masked examples. Used by one thread. */
public interface TrainingPass extends TrainedModel, AutoCloseable {
    /**
     * A pass over the given parameters, which it does not own.
     *
     * @param config of the model whose parameters they are
     * @throws IllegalArgumentException for a fused pass when the parameters are not on the CPU
     */
    static TrainingPass open(PassKind kind, ModelConfig config, ParameterStore parameters, PassOptions options) {
        return switch (kind) {
            case FUSED ->
                new FusedTrainingPass(config, parameters, options.dtype(), options.threads(), options.recompute());
            case PLAIN ->
                new PlainTrainingPass(config, parameters, options.dtype(), options.threads(), options.recompute());
        };
    }

    /**
     * Runs the batch forward and backward and adds {@code scale} times the gradient of {@link LossSums#weighted} to the
     * gradients.
     *
     * @param scale usually 1 / (rows * length) of the whole step over all micro-batches and ranks
     * @param listener told when a gradient is final; {@link GradientListener#NONE} for all micro-batches but the last
     * @throws io.github.coda4j.CodaException when an id is outside the vocabulary or rows are longer than the model's
     * @throws IllegalArgumentException when no output row of this model predicts a target
     */
    LossSums accumulate(MaskedBatch batch, double scale, GradientListener listener);

    @Override
    void close();
}
