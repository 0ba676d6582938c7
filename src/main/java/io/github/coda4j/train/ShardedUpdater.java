package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.ranks.ProcessGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The updater of a run on several ranks: gradients are reduced in pieces to the rank that owns them while the backward
 * pass goes on, each rank updates what it owns (ZeRO stage 1), and the new values go from their owners to all.
 */
public final class ShardedUpdater implements Updater {
    private final ParameterStore parameters;
    private final ProcessGroup group;
    private final Optimizer optimizer;
    private final List<OptimizerSettings.StateTensor> layout;
    private final List<Bucket> buckets = new ArrayList<>();
    private boolean listening;

    /** A piece of the gradients and how many of its parameters are not final yet. */
    private static final class Bucket {
        final ParameterShards.Piece piece;
        final Tensor gradients;
        final Tensor values;
        final int numSlices;
        int missing;
        ProcessGroup.Pending reduction;

        Bucket(ParameterShards.Piece piece, Tensor gradients, Tensor values, int numSlices) {
            this.piece = piece;
            this.gradients = gradients;
            this.values = values;
            this.numSlices = numSlices;
        }
    }

    /**
     * An updater that owns neither parameters nor group.
     *
     * @param bucketElements gradients that are sent at a time, at least 1024
     */
    public ShardedUpdater(
            ParameterStore parameters, ProcessGroup group, OptimizerSettings settings, long bucketElements) {
        check(bucketElements >= 1024, "a bucket must hold at least 1024 gradients, got %d", bucketElements);
        this.parameters = parameters;
        this.group = group;
        ParameterShards shards = settings.shards(parameters, group.size());
        this.optimizer = settings.open(parameters, shards, group.rank());
        this.layout = settings.state(parameters, shards);
        try (Scope scope = Scope.open()) {
            for (ParameterShards.Piece piece : shards.pieces(bucketElements)) {
                long size = piece.to() - piece.from();
                buckets.add(new Bucket(
                        piece,
                        scope.detach(parameters.gradients().narrow(0, piece.from(), size)),
                        scope.detach(parameters.values().narrow(0, piece.from(), size)),
                        (int) parameters.slices().stream()
                                .filter(piece::overlaps)
                                .count()));
            }
        }
    }

    @Override
    public int rank() {
        return group.rank();
    }

    @Override
    public int worldSize() {
        return group.size();
    }

    @Override
    public GradientListener listener() {
        buckets.forEach(bucket -> bucket.missing = bucket.numSlices);
        listening = true;
        return this::ready;
    }

    /** Backward passes are the same on all ranks, so that all send the same pieces in the same order. */
    private void ready(ParameterStore.Slice slice) {
        for (int i = buckets.size() - 1; i >= 0; i--) {
            Bucket bucket = buckets.get(i);
            if (bucket.piece.overlaps(slice) && --bucket.missing == 0) {
                bucket.reduction = group.reduce(bucket.gradients, bucket.piece.owner(), "the sum of gradients");
            }
        }
    }

    @Override
    public double reduceGradients() {
        check(listening, "gradients are reduced after a backward pass that the updater listened to");
        listening = false;
        double squares = 0;
        try (Scope _ = Scope.open()) {
            for (int i = buckets.size() - 1; i >= 0; i--) {
                Bucket bucket = buckets.get(i);
                check(bucket.missing == 0, "the backward pass left out %d parameters", bucket.missing);
                bucket.reduction.await();
                if (bucket.piece.owner() == rank()) {
                    squares += bucket.gradients.sumOfSquares();
                }
            }
        }
        return Math.sqrt(sum(squares)[0]);
    }

    @Override
    public void update(double learningRate, double gradientScale) {
        optimizer.step(learningRate, gradientScale);
        parameters.gradients().zero();
        List<ProcessGroup.Pending> copies = new ArrayList<>();
        for (Bucket bucket : buckets) {
            copies.add(group.broadcast(bucket.values, bucket.piece.owner(), "the new parameters"));
        }
        copies.forEach(ProcessGroup.Pending::await);
    }

    @Override
    public double[] sum(double... values) {
        try (Scope _ = Scope.open()) {
            Tensor tensor = Tensor.of(values, values.length).to(device());
            group.allReduce(tensor, "the sums over all ranks");
            return tensor.toDoubles();
        }
    }

    private Device device() {
        return parameters.values().device();
    }

    @Override
    public long steps() {
        return optimizer.steps();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> own = optimizer.state();
        Map<String, Tensor> whole = new LinkedHashMap<>();
        for (OptimizerSettings.StateTensor tensor : layout) {
            if (rank() == 0) {
                whole.put(tensor.name(), gather(tensor, own));
            } else if (tensor.size(rank()) > 0) {
                group.send(own.get(tensor.name()), 0, "rank 0 to take the optimizer's state")
                        .await();
            }
        }
        return whole;
    }

    private Tensor gather(OptimizerSettings.StateTensor tensor, Map<String, Tensor> own) {
        Tensor all = Tensor.zeros(DType.F32, device(), tensor.size());
        for (int rank = 0; rank < worldSize(); rank++) {
            if (tensor.size(rank) > 0) {
                Tensor part = all.narrow(0, tensor.bounds()[rank], tensor.size(rank));
                if (rank == 0) {
                    part.assign(own.get(tensor.name()));
                } else {
                    group.receive(part, rank, "the optimizer's state of rank " + rank)
                            .await();
                }
            }
        }
        return all;
    }

    @Override
    public void restore(long steps, Map<String, Tensor> saved) {
        OptimizerState.check(saved, layout);
        Map<String, Tensor> own = optimizer.state();
        try (Scope _ = Scope.open()) {
            for (OptimizerSettings.StateTensor tensor : layout) {
                long from = tensor.bounds()[rank()];
                long size = tensor.size(rank());
                if (size > 0) {
                    own.get(tensor.name()).assign(saved.get(tensor.name()).narrow(0, from, size));
                }
            }
        }
        optimizer.setSteps(steps);
    }

    @Override
    public void close() {
        optimizer.close();
        for (Bucket bucket : buckets) {
            bucket.gradients.close();
            bucket.values.close();
        }
    }
}
