package io.github.coda4j.model.training;

import static io.github.coda4j.tensor.Tensor.ANY;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.PlainLayer;
import io.github.coda4j.tensor.Autograd;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The output layer and the training objective: the cross entropy of the masked positions, weighted by 1 / sigma (Sahoo
 * et al. 2024, "Simple and effective masked diffusion language models", equation 10; Nie et al. 2025, equation 3).
 * Logits are made for rows with a target only, some at a time.
 */
final class PlainOutput {
    // B rows, T positions, M tokens run, D hidden, C rows with a target at a time, V vocabulary

    private static final int ROWS_AT_A_TIME = 128;

    private final ParameterStore parameters;
    private final PlainLayer layer;
    private final DType dtype;
    private final Device device;

    PlainOutput(ParameterStore parameters, PlainLayer layer, DType dtype) {
        this.parameters = parameters;
        this.layer = layer;
        this.dtype = dtype;
        this.device = parameters.values().device();
    }

    /** The loss of the last layer's output x, F32 [M, D]. */
    LossSums forward(Tensor x, TargetRows targets, MaskedBatch batch) {
        Losses losses = new Losses(targets, batch);
        for (int first = 0; first < losses.targets.count(); first += ROWS_AT_A_TIME) {
            try (Scope _ = Scope.open()) {
                Chunk chunk = new Chunk(losses.targets, first);
                Tensor hidden = x.indexSelect(0, chunk.rows()); // [M, D] to [C, D]
                losses.put(first, crossEntropies(hidden, norm(), head(), chunk));
            }
        }
        return losses.sums();
    }

    /**
     * The loss, and {@code scale} times its gradients: added to those of the final norm and the output layer, and to
     * dx.
     *
     * @param dx F32 [M, D]
     */
    LossSums backward(Tensor x, TargetRows targets, MaskedBatch batch, double scale, Tensor dx) {
        assert dx.hasShape(x.shape()) : Arrays.toString(dx.shape());
        Losses losses = new Losses(targets, batch);
        for (int first = 0; first < losses.targets.count(); first += ROWS_AT_A_TIME) {
            try (Scope _ = Scope.open()) {
                Chunk chunk = new Chunk(losses.targets, first);
                Tensor hidden = Autograd.leaf(x.indexSelect(0, chunk.rows())); // [M, D] to [C, D]
                Tensor norm = Autograd.leaf(norm());
                Tensor head = Autograd.leaf(head());
                Tensor crossEntropies = crossEntropies(hidden, norm, head, chunk);
                losses.put(first, Autograd.constant(crossEntropies));
                List<Tensor> gradients =
                        Autograd.gradients(crossEntropies, chunk.weights().mul(scale), List.of(hidden, norm, head));
                dx.accumulateRows(chunk.rows(), gradients.get(0)); // [C, D] into [M, D]
                parameters.gradient(Parameters.FINAL_NORM).accumulate(gradients.get(1));
                parameters.gradient(parameters.headName()).accumulate(gradients.get(2));
            }
        }
        return losses.sums();
    }

    private Tensor norm() {
        return parameters.value(Parameters.FINAL_NORM);
    }

    private Tensor head() {
        return parameters.value(parameters.headName());
    }

    /** F32 [C]. */
    private Tensor crossEntropies(Tensor hidden, Tensor norm, Tensor head, Chunk chunk) {
        assert hidden.hasShape(ANY, head.size(1)) : Arrays.toString(hidden.shape());
        Tensor logits = layer.norm(hidden, norm).to(dtype).linear(head.to(dtype)); // [C, V]
        return logits.to(DType.F32).crossEntropies(chunk.tokens()); // [C, V] to [C]
    }

    /** Some of the rows that count, as tensors. */
    private final class Chunk {
        private final TargetRows targets;
        private final int first;
        private final int end;

        Chunk(TargetRows targets, int first) {
            this.targets = targets;
            this.first = first;
            this.end = Math.min(first + ROWS_AT_A_TIME, targets.count());
        }

        Tensor rows() {
            return ids(targets.rows());
        }

        Tensor tokens() {
            return ids(targets.tokens());
        }

        Tensor weights() {
            return Tensor.of(Arrays.copyOfRange(targets.weights(), first, end), end - first)
                    .to(device);
        }

        private Tensor ids(int[] all) {
            return Tensor.of(Arrays.copyOfRange(all, first, end), end - first).to(device);
        }
    }

    /** The cross entropies of all rows that count, summed at the end in their order. */
    private static final class Losses {
        private final TargetRows targets;
        private final long positions;
        private final float[] crossEntropies;

        Losses(TargetRows targets, MaskedBatch batch) {
            this.targets = targets;
            this.positions = (long) batch.rows() * batch.length();
            this.crossEntropies = new float[targets.count()];
        }

        void put(int first, Tensor values) {
            float[] floats = values.toFloats();
            System.arraycopy(floats, 0, crossEntropies, first, floats.length);
        }

        LossSums sums() {
            return targets.sums(crossEntropies, positions);
        }
    }
}
