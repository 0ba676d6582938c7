package io.github.coda4j.hlo.coda;

import io.github.coda4j.CodaException;
import io.github.coda4j.hlo.Loop;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import io.github.coda4j.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The masked diffusion loss of rows: cross entropies of output rows with their weights (Sahoo et al. 2024, equation
 * 10), in micro batches, logits in pieces of positions.
 */
final class DiffusionLoss {
    // M micro batches, B rows, T positions, P pieces

    private final StepShape shape;
    private final Products products;
    private final Distribution distribution;
    private final Weights weights;
    private final Transformer model;
    private final Batch batch;
    private final Angles angles;

    /**
     * Adds the arguments of rows, angles and parameters.
     *
     * @throws CodaException when the model has block-causal attention
     */
    DiffusionLoss(
            Program.Builder builder,
            ModelConfig config,
            boolean ownHead,
            List<Stacked> parameters,
            StepShape shape,
            Products products,
            Distribution distribution,
            Consumer<Program.Builder> between) {
        if (config.kind().blocks().isPresent()) {
            throw new CodaException("programs for accelerators do not train block-causal models, whose loss needs clean"
                    + " and masked blocks side by side: take compute.device cpu or cuda");
        }
        this.shape = shape;
        this.products = products;
        this.distribution = distribution;
        this.batch = Batch.arguments(builder, shape, products, distribution);
        this.angles = Batch.angles(builder, config, shape.length(), products);
        between.accept(builder);
        this.weights = Weights.arguments(builder, parameters, products, distribution);
        this.model = new Transformer(config, ownHead, products, weights, shape.queries(), distribution.partitions());
    }

    /** The parameters as they are given. */
    List<Value> parameters() {
        return weights.values();
    }

    /** Sums over rows: cross entropies with and without their weights, scalars. */
    record Sums(Value weighted, Value plain) {
        Sums overReplicas(int replicas) {
            return new Sums(weighted.summedOverReplicas(replicas), plain.summedOverReplicas(replicas));
        }
    }

    /** Sums over this device's rows, and the gradients of the weighted one: parts of what parameters are given. */
    record Learned(Sums sums, List<Value> gradients) {}

    Sums sums() {
        return summed(false).sums();
    }

    Learned learned() {
        return summed(true);
    }

    private Learned summed(boolean withGradients) {
        int count = shape.microBatches();
        if (count == 1) {
            return learned(batch, withGradients);
        }
        List<Value> start = new ArrayList<>();
        Value zero = Value.constant(TensorType.of(products.floats()), 0);
        start.add(zero);
        start.add(zero);
        if (withGradients) {
            weights.values().forEach(value -> start.add(value.filled(0)));
        }
        List<Value> stacks = batch.all().stream()
                .map(rows -> Pieces.microBatches(rows, count))
                .toList();
        List<Value> end = Loop.scan(start, stacks, (carried, pieces) -> {
                    Learned micro = learned(Batch.of(pieces), withGradients);
                    List<Value> found = new ArrayList<>(
                            List.of(micro.sums().weighted(), micro.sums().plain()));
                    found.addAll(micro.gradients());
                    List<Value> on = new ArrayList<>();
                    for (int i = 0; i < found.size(); i++) {
                        on.add(carried.get(i).plus(found.get(i)));
                    }
                    return new Loop.Turn(on, List.of());
                })
                .carried();
        return new Learned(new Sums(end.get(0), end.get(1)), end.subList(2, end.size()));
    }

    private Learned learned(Batch rows, boolean withGradients) {
        Sums sums = sums(rows);
        return new Learned(sums, withGradients ? sums.weighted().gradients(weights.values()) : List.of());
    }

    private Sums sums(Batch rows) {
        Value hidden = model.hidden(rows.ids(), rows.sight(), angles); // [B, T, D]
        int piece = StepShape.piece(shape.length(), shape.positions());
        List<Value> stacks =
                List.of(Pieces.of(hidden, piece), Pieces.of(rows.targets(), piece), Pieces.of(rows.weights(), piece));
        List<Value> sums = Loop.map(stacks, own -> {
            Value logits = model.placed(model.logits(own.get(0))); // [B, T/P, V]
            Value crossEntropies = Transformer.crossEntropies(logits, own.get(1)); // [B, T/P]
            Value weight = own.get(2);
            Value counted = weight.above(weight.filled(0)).choose(crossEntropies, crossEntropies.filled(0));
            return List.of(counted.times(weight).sum(), counted.sum());
        });
        return new Sums(sums.get(0).sum(), sums.get(1).sum());
    }
}
