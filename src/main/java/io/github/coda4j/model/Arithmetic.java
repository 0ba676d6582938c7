package io.github.coda4j.model;

import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.TensorSpec;

/** What a forward pass costs at least: multiplications and additions of its matrix products, bytes that it reads. */
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

    /** Operations of a sequence's part of a forward. */
    public static double operations(ModelConfig config, ForwardPlan plan) {
        int attended = switch (plan.cache()) {
            case CacheAccess.Reuse reuse -> reuse.cache().length();
            case CacheAccess.Append _ -> plan.end();
            case CacheAccess.None _, CacheAccess.Fill _ -> plan.ids().length;
        };
        return operations(config, plan.ids().length, attended, plan.positions().length);
    }

    /**
     * Bytes that a forward of the fast engine must read from memory however few tokens it runs: the weights of its
     * products once, and the keys and values of the positions before it. What lies between the products is small and
     * stays in caches.
     *
     * @param past cached positions before the tokens that are run
     * @param rows rows of logits; without any the output layer is not read
     */
    public static double bytes(ModelConfig config, WeightFormat format, int past, int rows) {
        double bytes = rows > 0 ? format.headBytes(config.vocabSize(), config.hidden()) : 0;
        for (TensorSpec spec : Parameters.of(config, true)) {
            if (Parameters.isProduct(spec.name()) && !spec.name().equals(Parameters.HEAD)) {
                bytes += format.productBytes(spec.shape()[0], spec.shape()[1]);
            }
        }
        int number = format.keepsBf16(ProductPaths.here()) ? DType.BF16.bytes() : DType.F32.bytes();
        return bytes + 2.0 * config.layers() * past * config.kvHeads() * config.headDim() * number;
    }

    /**
     * Operations of a training step by the usual count (Chowdhery et al. 2022, "PaLM", appendix B): 6 per parameter and
     * token, and 12 per layer, attention width and pair of positions that see each other. Computing layers again and
     * rows without logits do not change it.
     *
     * @param parameters numbers in the model; a tied head counts once
     * @param tokens that are run
     * @param pairs of positions; of whole documents the sum of their squared lengths
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
