package io.github.coda4j.model.training;

import io.github.coda4j.kernel.Elements;
import io.github.coda4j.kernel.FoldedHeads;
import io.github.coda4j.kernel.HeadRule;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Sharded;
import io.github.coda4j.kernel.Sums;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.Rotary;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One layer forward and backward. The worker team walks through it; a share has its own rows, some at a time, and in
 * the steps of attention, where rows mix, items that are dealt out as they are asked for.
 */
final class FusedLayer {
    // M packed tokens, T of a document, D hidden, N query heads, K key/value heads, H head dimension, F MLP width

    /** Rows that go through a chain of products and element-wise passes at a time, so that they stay in the cache. */
    private static final int ROWS_AT_A_TIME = 512;

    private static final float[] NONE = new float[0];

    private final ModelConfig config;
    private final NumberKind kind;
    private final WorkerTeam team;
    private final FusedBatch batch;
    private final FusedMemory memory;
    private final FusedWeights weights;
    private final FusedGradients gradients;
    private final FusedAttention attention;
    private final Rotary rotary;
    private final float[] ones;
    private final float[] unused;
    private final float queryFactor;

    FusedLayer(
            ModelConfig config,
            NumberKind kind,
            WorkerTeam team,
            FusedBatch batch,
            FusedMemory memory,
            FusedWeights weights,
            FusedGradients gradients,
            Rotary rotary) {
        assert memory.limits().cover(batch.count(), 0) : batch.count() + " tokens, room for " + memory.limits();
        this.config = config;
        this.kind = kind;
        this.team = team;
        this.batch = batch;
        this.memory = memory;
        this.weights = weights;
        this.gradients = gradients;
        this.attention = new FusedAttention(config, kind, batch, memory);
        this.rotary = rotary;
        this.ones = new float[batch.count()];
        this.unused = new float[batch.count()];
        Arrays.fill(ones, 1);
        this.queryFactor = (float) (1 / Math.sqrt(config.headDim()));
    }

    /** What a worker does with a run of its rows. */
    @FunctionalInterface
    private interface RowWork {
        void run(int first, int count);
    }

    private void inTiles(FusedWorker worker, RowWork work) {
        int to = team.from(worker.index + 1, batch.count());
        for (int first = team.from(worker.index, batch.count()); first < to; first += ROWS_AT_A_TIME) {
            work.run(first, Math.min(ROWS_AT_A_TIME, to - first));
            worker.lap(TrainingPhase.ELEMENTS);
        }
    }

    /**
     * Runs a layer, from the residual stream before it to that after it.
     *
     * @param isWhole false when only what the backward pass needs is wanted, not the layer's output
     */
    void forward(int layer, FusedWorker[] workers, boolean isWhole) {
        assert layer >= 0 && layer < config.layers() : layer;
        assert workers.length == team.size() : workers.length + " workers in a team of " + team.size();
        weights.load(layer);
        FusedWeights.Vectors vectors = weights.vectors(layer);
        FusedMemory.Saved saved = memory.saved.get(layer);
        attention.begin();
        team.walk(team.size(), steps -> {
            steps.each(share -> {
                FusedWorker worker = workers[share];
                worker.start();
                inTiles(worker, (first, count) -> project(worker, layer, saved, vectors, first, count)); // to heads
            });
            // Folded queries, keys, values to folded [N, T, H] per document.
            steps.each(share -> attend(workers[share], () -> attention.forward(saved, share)));
            steps.each(share -> {
                FusedWorker worker = workers[share];
                worker.lap(TrainingPhase.WAITING);
                inTiles(worker, (first, count) -> {
                    addAttention(worker, layer, saved, vectors, first, count); // folded to middle [M, D]
                    widen(worker, saved, vectors, first, count); // middle [M, D] to gateUp [M, 2F]
                    if (isWhole) {
                        addMlp(worker, layer, saved, first, count); // gateUp [M, 2F] to the next residual [M, D]
                    }
                });
            });
        });
    }

    private static void attend(FusedWorker worker, Runnable items) {
        worker.lap(TrainingPhase.WAITING);
        items.run();
        worker.lap(TrainingPhase.ATTENTION);
    }

    private void project(
            FusedWorker worker,
            int layer,
            FusedMemory.Saved saved,
            FusedWeights.Vectors vectors,
            int first,
            int count) {
        MemorySegment x = memory.residuals.get(layer); // F32 [M, D]
        assert first >= 0 && first + count <= batch.count() : first + " and " + count + " more of " + batch.count();
        for (int t = first; t < first + count; t++) {
            worker.norms.norm(x, t, vectors.inputNorm(), config.normEps(), saved.normed(), kind, unused, t);
        }
        worker.lap(TrainingPhase.ELEMENTS);
        worker.forward(saved.normed(), weights.qkv(), first, count, saved.qkv()); // [M, D] to [M, (N + 2K)*H]
        worker.lap(TrainingPhase.PRODUCTS);
        Elements qkv = new Elements(saved.qkv(), kind);
        Elements heads = new Elements(saved.heads(), kind);
        HeadRule[] rules = rules(vectors);
        for (int t = first; t < first + count; t++) {
            int angle = batch.tokens().positions()[t] * rotary.half();
            for (int head = 0; head < rules.length; head++) {
                // One head [H] of qkv [M, (N + 2K)*H] to its place in [N, T, H] or [K, T, H] of its document.
                long source = (long) t * config.qkvWidth() + (long) head * config.headDim();
                worker.heads.prepare(rules[head], qkv, source, 1, angle, heads, attention.folded(t, head));
            }
        }
    }

    /** What is done to each of the joined projection's heads, which are numbered queries, keys, values. */
    private HeadRule[] rules(FusedWeights.Vectors vectors) {
        HeadRule[] rules = new HeadRule[config.heads() + 2 * config.kvHeads()];
        for (int head = 0; head < rules.length; head++) {
            boolean isQuery = head < config.heads();
            boolean isValue = head >= config.heads() + config.kvHeads();
            rules[head] = new HeadRule(
                    vectors.qkvBias(),
                    head * config.headDim(),
                    isQuery ? vectors.qNorm() : isValue ? NONE : vectors.kNorm(),
                    config.normEps(),
                    isValue ? NONE : rotary.cos(),
                    rotary.sin(),
                    isQuery ? queryFactor : 1);
        }
        return rules;
    }

    /** The heads of the document that a token is in, and one number for each of their tokens. */
    private FoldedHeads folded(Run run, float[] numbers) {
        int first = run.start() * config.heads();
        return new FoldedHeads(
                new Elements(memory.folded, kind),
                (long) first * config.headDim(),
                numbers,
                first,
                config.heads(),
                run.length(),
                config.headDim());
    }

    private void addAttention(
            FusedWorker worker,
            int layer,
            FusedMemory.Saved saved,
            FusedWeights.Vectors vectors,
            int first,
            int count) {
        Elements joined = new Elements(saved.joined(), kind);
        for (int t = first; t < first + count; t++) {
            Run run = batch.run(t);
            // Folded [N, T, H] of the token's document to its row of joined [M, N*H].
            worker.rows.gatherHeads(folded(run, memory.inverseSums), t - run.start(), joined, unused, t);
        }
        worker.lap(TrainingPhase.ELEMENTS);
        worker.forward(saved.joined(), weights.output(), first, count, memory.delta); // [M, N*H] to [M, D]
        worker.lap(TrainingPhase.PRODUCTS);
        add(memory.residuals.get(layer), first, count, saved.middle());
        float[] bias = vectors.outputBias();
        if (bias.length > 0) {
            Sharded none = new Sharded(0, new int[0], NumberKind.F32);
            for (int t = first; t < first + count; t++) {
                worker.norms.add(saved.middle(), none, ones, bias, t);
            }
        }
    }

    /** out = residual + delta for some rows, F32 [M, D]. */
    private void add(MemorySegment residual, int first, int count, MemorySegment out) {
        long from = (long) first * config.hidden();
        Sums.sum(residual, from, memory.delta, kind, from, out, from, (long) count * config.hidden());
    }

    private void widen(
            FusedWorker worker, FusedMemory.Saved saved, FusedWeights.Vectors vectors, int first, int count) {
        for (int t = first; t < first + count; t++) {
            worker.norms.norm(
                    saved.middle(), t, vectors.mlpNorm(), config.normEps(), saved.mlpNormed(), kind, unused, t);
        }
        worker.lap(TrainingPhase.ELEMENTS);
        worker.forward(saved.mlpNormed(), weights.gateUp(), first, count, saved.gateUp()); // [M, D] to [M, 2F]
        worker.lap(TrainingPhase.PRODUCTS);
    }

    private void addMlp(FusedWorker worker, int layer, FusedMemory.Saved saved, int first, int count) {
        Sharded gateUp = new Sharded(new MemorySegment[] {saved.gateUp()}, new int[] {2 * config.intermediate()}, kind);
        for (int t = first; t < first + count; t++) {
            worker.rows.gate(gateUp, ones, t, memory.gated, kind, unused); // [M, 2F] to [M, F]
        }
        worker.lap(TrainingPhase.ELEMENTS);
        worker.forward(memory.gated, weights.down(), first, count, memory.delta); // [M, F] to [M, D]
        worker.lap(TrainingPhase.PRODUCTS);
        add(saved.middle(), first, count, memory.residuals.get(layer + 1));
    }

    /** Adds the layer's gradients and turns the residual gradient after the layer into that before it. */
    void backward(int layer, FusedWorker[] workers) {
        assert layer >= 0 && layer < config.layers() : layer;
        assert workers.length == team.size() : workers.length + " workers in a team of " + team.size();
        weights.load(layer);
        FusedWeights.Vectors vectors = weights.vectors(layer);
        FusedMemory.Saved saved = memory.saved.get(layer);
        attention.begin();
        gradients.begin();
        int rows = batch.count();
        gradients.add(weights.gateUpParts(layer), weights.gateUp(), saved.gateUp(), saved.mlpNormed(), rows);
        gradients.add(weights.downParts(layer), weights.down(), memory.mlpGradient, memory.gated, rows);
        gradients.add(weights.qkvParts(layer), weights.qkv(), saved.qkv(), saved.normed(), rows);
        gradients.add(weights.outputParts(layer), weights.output(), memory.attentionGradient, saved.joined(), rows);
        team.walk(team.size(), steps -> {
            steps.each(share -> {
                FusedWorker worker = workers[share];
                worker.start();
                worker.sums.clear();
                inTiles(worker, (first, count) -> {
                    // residualGradient [M, D] through gateUp [M, 2F], then to folded [N, T, H]
                    backwardMlp(worker, saved, vectors, first, count);
                    backwardOutput(worker, saved, first, count);
                });
            });
            // folded [N, T, H] to headGradients, laid out like heads
            steps.each(share -> attend(workers[share], () -> attention.backward(saved, share)));
            steps.each(share -> {
                FusedWorker worker = workers[share];
                worker.lap(TrainingPhase.WAITING);
                inTiles(worker, (first, count) -> backwardProjections(worker, layer, saved, vectors, first, count));
            });
            steps.each(share -> gradients.work(workers[share]));
        });
        addSums(layer, workers);
    }

    /** The residual gradient, F32 [M, D], as products take it. */
    private void round(int first, int count, MemorySegment out) {
        long from = (long) first * config.hidden();
        Sums.convert(memory.residualGradient, from, out, kind, from, (long) count * config.hidden());
    }

    private void backwardMlp(
            FusedWorker worker, FusedMemory.Saved saved, FusedWeights.Vectors vectors, int first, int count) {
        round(first, count, memory.mlpGradient);
        worker.lap(TrainingPhase.ELEMENTS);
        worker.backward(memory.mlpGradient, weights.down(), first, count, memory.gated); // [M, D] to [M, F]
        worker.lap(TrainingPhase.PRODUCTS);
        for (int t = first; t < first + count; t++) {
            worker.gates.backward(saved.gateUp(), memory.gated, kind, t); // [M, F] to [M, 2F], in place of gateUp
        }
        worker.lap(TrainingPhase.ELEMENTS);
        worker.backward(saved.gateUp(), weights.gateUp(), first, count, memory.delta); // [M, 2F] to [M, D]
        worker.lap(TrainingPhase.PRODUCTS);
        backwardNorm(worker, saved.middle(), vectors.mlpNorm(), worker.sums.mlpNorm, first, count);
    }

    /** From the gradient of a norm's result, in delta [M, D], to that of the residual stream, F32 [M, D]. */
    private void backwardNorm(
            FusedWorker worker, MemorySegment x, float[] weight, float[] weightGradient, int first, int count) {
        assert weight.length == config.hidden() && weightGradient.length == config.hidden() : weight.length;
        for (int t = first; t < first + count; t++) {
            worker.normGradients.backward(
                    x, t, weight, config.normEps(), memory.delta, kind, t, memory.residualGradient, weightGradient);
        }
    }

    private void backwardOutput(FusedWorker worker, FusedMemory.Saved saved, int first, int count) {
        round(first, count, memory.attentionGradient);
        worker.lap(TrainingPhase.ELEMENTS);
        worker.backward(
                memory.attentionGradient, weights.output(), first, count, memory.joinedGradient); // [M, D] to [M, N*H]
        worker.lap(TrainingPhase.PRODUCTS);
        Elements joined = new Elements(saved.joined(), kind);
        for (int t = first; t < first + count; t++) {
            if (worker.sums.outputBias.length > 0) {
                Sums.addToArray(
                        memory.residualGradient, NumberKind.F32, (long) t * config.hidden(), worker.sums.outputBias);
            }
            Run run = batch.run(t);
            // The token's row of [M, N*H] to folded [N, T, H] of its document; dots [N*M].
            worker.headGradients.scatter(joined, memory.joinedGradient, t, folded(run, memory.dots), t - run.start());
        }
    }

    private void backwardProjections(
            FusedWorker worker,
            int layer,
            FusedMemory.Saved saved,
            FusedWeights.Vectors vectors,
            int first,
            int count) {
        Elements qkv = new Elements(saved.qkv(), kind);
        HeadRule[] rules = rules(vectors);
        for (int t = first; t < first + count; t++) {
            int angle = batch.tokens().positions()[t] * rotary.half();
            for (int head = 0; head < rules.length; head++) {
                // One head [H] of the folded gradients to its place in qkv [M, (N + 2K)*H].
                worker.headGradients.prepare(
                        rules[head],
                        qkv,
                        (long) t * config.qkvWidth() + (long) head * config.headDim(),
                        angle,
                        memory.headGradients,
                        attention.folded(t, head),
                        head < config.heads() ? worker.sums.qNorm : worker.sums.kNorm);
            }
            Sums.addToArray(saved.qkv(), kind, (long) t * config.qkvWidth(), worker.sums.qkvBias);
        }
        worker.lap(TrainingPhase.ELEMENTS);
        worker.backward(saved.qkv(), weights.qkv(), first, count, memory.delta); // [M, (N + 2K)*H] to [M, D]
        worker.lap(TrainingPhase.PRODUCTS);
        backwardNorm(worker, memory.residuals.get(layer), vectors.inputNorm(), worker.sums.inputNorm, first, count);
    }

    private void addSums(int layer, FusedWorker[] workers) {
        gradients.addSums(Parameters.layer(layer, "input_layernorm.weight"), workers, sums -> sums.inputNorm);
        gradients.addSums(Parameters.layer(layer, "post_attention_layernorm.weight"), workers, sums -> sums.mlpNorm);
        if (config.kind().qkNorm()) {
            gradients.addSums(Parameters.layer(layer, "self_attn.q_norm.weight"), workers, sums -> sums.qNorm);
            gradients.addSums(Parameters.layer(layer, "self_attn.k_norm.weight"), workers, sums -> sums.kNorm);
        }
        if (config.kind().hasQkvBias()) {
            for (FusedWeights.Part part : weights.qkvParts(layer)) {
                gradients.addSums(FusedWeights.biasName(part), workers, sums -> sums.qkvBias, part.firstRow());
            }
        }
        if (config.kind().hasOutputBias()) {
            String name = Parameters.layer(layer, "self_attn.o_proj.bias");
            gradients.addSums(name, workers, sums -> sums.outputBias);
        }
    }
}
