package io.github.coda4j.model.training;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Final norm, output layer and loss, forward and backward at once, for rows that have a target and some of them at a
 * time: logits of the whole batch are never held.
 */
final class FusedOutput {
    // M packed tokens, D hidden, V vocabulary, R rows at a time

    private final ModelConfig config;
    private final NumberKind kind;
    private final WorkerTeam team;
    private final FusedBatch batch;
    private final FusedMemory memory;
    private final FusedWeights weights;
    private final FusedGradients gradients;
    private final ParameterStore parameters;
    private final float[] crossEntropies; // of all targets
    private final float[] unused;

    FusedOutput(
            ModelConfig config,
            NumberKind kind,
            WorkerTeam team,
            FusedBatch batch,
            FusedMemory memory,
            FusedWeights weights,
            FusedGradients gradients,
            ParameterStore parameters) {
        this.config = config;
        this.kind = kind;
        this.team = team;
        this.batch = batch;
        this.memory = memory;
        this.weights = weights;
        this.gradients = gradients;
        this.parameters = parameters;
        this.crossEntropies = new float[batch.targets().count()];
        this.unused = new float[FusedMemory.logitRows(config, kind)];
    }

    LossSums forward(FusedWorker[] workers) {
        return run(workers, 0, false);
    }

    /** The loss; adds {@code scale} times its gradients, and sets the residual gradient. */
    LossSums backward(FusedWorker[] workers, double scale) {
        memory.residualGradient.fill((byte) 0);
        for (FusedWorker worker : workers) {
            worker.sums.clear();
        }
        LossSums sums = run(workers, scale, true);
        gradients.addSums(Parameters.FINAL_NORM, workers, vectors -> vectors.finalNorm);
        return sums;
    }

    private LossSums run(FusedWorker[] workers, double scale, boolean withGradients) {
        TargetRows targets = batch.targets();
        assert workers.length == team.size() : workers.length + " workers in a team of " + team.size();
        float[] norm = weights.floats(Parameters.FINAL_NORM);
        weights.loadHead();
        FusedWeights.Weight head = weights.head(); // [V, D]
        List<FusedWeights.Part> part = List.of(new FusedWeights.Part(parameters.headName(), 0, config.vocabSize()));
        int atATime = FusedMemory.logitRows(config, kind);
        for (int from = 0; from < targets.count(); from += atATime) {
            int first = from;
            int count = Math.min(atATime, targets.count() - first);
            gradients.begin();
            gradients.add(part, head, memory.logits, memory.logitInputs, count); // [R, V]^T [R, D] to [V, D]
            team.walk(team.size(), steps -> {
                steps.each(index -> {
                    Share share = new Share(first, team.from(index, count), team.from(index + 1, count));
                    FusedWorker worker = workers[index];
                    worker.start();
                    lose(worker, share, norm, head, scale, withGradients);
                    worker.lap(TrainingPhase.OUTPUT);
                });
                if (withGradients) {
                    steps.each(index -> gradients.work(workers[index]));
                }
            });
        }
        return targets.sums(crossEntropies, batch.positions());
    }

    /** Rows [from, to) of the logits at hand, which belong to targets from {@code first} on. */
    private record Share(int first, int from, int to) {
        int count() {
            return to - from;
        }
    }

    private void lose(
            FusedWorker worker,
            Share share,
            float[] norm,
            FusedWeights.Weight head,
            double scale,
            boolean withGradients) {
        TargetRows targets = batch.targets();
        assert norm.length == config.hidden() : norm.length;
        assert share.from() <= share.to() && share.to() <= FusedMemory.logitRows(config, kind) : share;
        MemorySegment x = memory.residuals.getLast(); // F32 [M, D]
        for (int r = share.from(); r < share.to(); r++) {
            int row = targets.rows()[share.first() + r];
            assert row >= 0 && row < batch.count() : row;
            worker.norms.norm(x, row, norm, config.normEps(), memory.logitInputs, kind, unused, r); // [M, D] to [R, D]
        }
        if (share.count() == 0) {
            return;
        }
        worker.forward(memory.logitInputs, head, share.from(), share.count(), memory.logits); // [R, D] to [R, V]
        for (int r = share.from(); r < share.to(); r++) {
            int target = share.first() + r;
            float factor = withGradients ? (float) (scale * targets.weights()[target]) : 0;
            // Logits [V] of a row to their gradient, in place.
            crossEntropies[target] = worker.crossEntropy.backward(
                    memory.logits, kind, (long) r * config.vocabSize(), targets.tokens()[target], factor);
        }
        if (!withGradients) {
            return;
        }
        worker.backward(
                memory.logits, head, share.from(), share.count(), memory.logitInputGradients); // [R, V] to [R, D]
        for (int r = share.from(); r < share.to(); r++) {
            // Row r of [R, D] to the target's row of residualGradient, F32 [M, D].
            worker.normGradients.backward(
                    x,
                    targets.rows()[share.first() + r],
                    norm,
                    config.normEps(),
                    memory.logitInputGradients,
                    kind,
                    r,
                    memory.residualGradient,
                    worker.sums.finalNorm);
        }
    }
}
