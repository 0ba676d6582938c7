package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.Arithmetic;
import io.github.coda4j.model.ModelConfig;

/** What a step over a batch takes. */
public final class TrainingWork {
    private TrainingWork() {}

    /**
     * Operations of forward and backward by the usual count ({@link Arithmetic#trainingOperations}) over the tokens
     * that the objective needs: of a model with block-causal attention those of the clean copy as well.
     *
     * @param parameters numbers in the model; a tied head counts once
     */
    public static double operations(ModelConfig config, long parameters, MaskedBatch batch) {
        RunTokens tokens = RunTokens.of(batch, config);
        return Arithmetic.trainingOperations(config, parameters, tokens.ids().length, tokens.pairs());
    }
}
