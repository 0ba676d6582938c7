package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.PlainTransformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.DType;

/**
 * How a training pass computes.
 *
 * @param precision of the products, fp32 or bf16; parameters, norms, softmax, residual stream, loss and gradients are
 *     32-bit floats
 * @param threads of the CPU, at least 1
 * @param recompute whether the backward pass computes each layer's inner values again and keeps only its input
 */
public record PassOptions(WeightFormat precision, int threads, boolean recompute) {
    public PassOptions {
        check(precision.isFloating(), "%s cannot be trained; known: fp32, bf16", precision);
        check(threads >= 1, "threads must be at least 1, got %d", threads);
    }

    /** What the products' inputs are stored in. */
    public DType dtype() {
        return PlainTransformer.dtype(precision);
    }
}
