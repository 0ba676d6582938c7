package io.github.coda4j.model;

/** Arithmetic of a forward pass, counted as multiplications and additions of its matrix products. */
public final class Arithmetic {
    private Arithmetic() {}

    /**
     * Operations of one forward of one sequence.
     *
     * @param tokens tokens that are run
     * @param attended positions that each attends to
     * @param rows rows of logits
     */
    public static double operations(ModelConfig config, int tokens, int attended, int rows) {
        double weights = productWeights(config);
        double attention = 4.0 * tokens * attended * config.heads() * config.headDim() * config.layers();
        double head = 2.0 * rows * config.hidden() * config.vocabSize();
        return 2 * weights * tokens + attention + head;
    }

    /**
     * Operations of a training step by the usual count (Chowdhery et al. 2022, "PaLM", appendix B): 6 per parameter and
     * token, and 12 per layer, attention width and pair of positions that see each other. Computing layers again and
     * rows without logits do not change it.
     *
     * @param parameters numbers in the model; a tied head counts once
     * @param pairs sum over documents of their length squared
     */
    public static double trainingOperations(ModelConfig config, long parameters, long tokens, double pairs) {
        double attention = 12 * pairs * config.heads() * config.headDim() * config.layers();
        return 6.0 * parameters * tokens + attention;
    }

    /** Numbers in the products of all layers, without the output layer. */
    public static double productWeights(ModelConfig config) {
        double attention = (double) config.hidden() * (config.qkvWidth() + config.heads() * config.headDim());
        double mlp = 3.0 * config.hidden() * config.intermediate();
        return config.layers() * (attention + mlp);
    }
}
