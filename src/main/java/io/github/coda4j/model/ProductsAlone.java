package io.github.coda4j.model;

import io.github.coda4j.kernel.Kind;
import io.github.coda4j.model.FastWeights.Layer;
import io.github.coda4j.model.FastWeights.Product;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.WorkerTeam;
import java.util.HashMap;
import java.util.Map;

/** The products of a forward over inputs of the right shape, with the same barriers between them. */
record ProductsAlone(FastWeights weights, WorkerTeam team, Kind kind, ModelConfig config) {
    void run(int tokens, int rows) {
        team.runOnAll(worker -> {
            try (Scope _ = Scope.open()) {
                Map<Integer, Tensor> inputs = new HashMap<>();
                for (int i = 0; i < config.layers(); i++) {
                    Layer layer = weights.layer(i);
                    for (Product product : new Product[] {layer.qkv(), layer.output(), layer.gateUp(), layer.down()}) {
                        multiply(product, worker, input(inputs, product.inputs(), tokens));
                    }
                }
                multiply(weights.head(), worker, Tensor.zeros(FastPass.dtype(kind), Device.CPU, rows, config.hidden()));
            }
        });
    }

    private Tensor input(Map<Integer, Tensor> inputs, int width, int tokens) {
        return inputs.computeIfAbsent(width, w -> Tensor.zeros(FastPass.dtype(kind), Device.CPU, tokens, w));
    }

    private void multiply(Product product, int worker, Tensor input) {
        try (Scope _ = Scope.open()) {
            product.shards()[worker].forward(input);
        }
        team.barrier();
    }
}
