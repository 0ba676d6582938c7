package io.github.coda4j.model;

import io.github.coda4j.kernel.Heads;
import io.github.coda4j.kernel.Norms;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.kernel.Sharded;
import io.github.coda4j.model.FastWeights.Layer;
import io.github.coda4j.model.FastWeights.Product;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.tensor.products.PackedLinear;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** One forward of {@link FastTransformer}, which the worker team walks through. */
final class FastPass {
    // T packed tokens of all sequences, D hidden, N query heads, K key/value heads, H head dimension, F MLP width,
    // R rows of logits at a time, V vocabulary. The columns of a Sharded lie in one part per worker.

    /** Takes one row of logits, F32 [V], which may be overwritten; called by several workers for different rows. */
    @FunctionalInterface
    interface RowSink {
        void accept(int index, MemorySegment row);
    }

    private static final float[] NO_BIAS = new float[0];

    /** Rows of logits that are held at a time. */
    private static final int LOGIT_ROWS = 64;

    private static final int STEPS_PER_LAYER = 8;

    private final ModelConfig config;
    private final FastWeights weights;
    private final WorkerTeam team;
    private final Workspace workspace;
    private final Rotary rotary;
    private final NumberKind inputKind;
    private final int[] wantedRows;
    private final RowSink sink;
    private final PassClock clock;
    private final int tokens;
    private final int[] ids; // [T]
    private final MemorySegment residual; // F32 [T, D]
    private final MemorySegment input; // [T, D], normed; of the output layer [R, D]
    private final MemorySegment joined; // [T, N*H], what the heads attend to
    private final MemorySegment gated; // [T, F]
    private final FoldedAttention attention;
    // Where the workers leave their columns.
    private final Sharded qkv; // [T, (N + 2K)*H]
    private final Sharded gateUp; // [T, 2F]
    /** What attention or the MLP add to the residual stream. */
    private final Sharded delta; // [T, D]

    private final Sharded logits; // [R, V]
    /** One for each share, made by the first step. */
    private final Worker[] workers;

    FastPass(
            ModelConfig config,
            FastWeights weights,
            WorkerTeam team,
            Workspace workspace,
            Rotary rotary,
            Numbers numbers,
            List<ForwardPlan> plans,
            int[] wantedRows,
            RowSink sink,
            PassClock clock) {
        this.config = config;
        this.weights = weights;
        this.team = team;
        this.workspace = workspace;
        this.rotary = rotary;
        this.inputKind = numbers.input();
        this.wantedRows = wantedRows;
        this.sink = sink;
        this.clock = clock;
        this.ids =
                plans.stream().flatMapToInt(plan -> Arrays.stream(plan.ids())).toArray();
        this.tokens = ids.length;
        assert tokens > 0 : "a forward without tokens";
        assert Arrays.stream(wantedRows).allMatch(row -> row >= 0 && row < tokens) : Arrays.toString(wantedRows);
        int rows = Math.max(tokens, Math.min(wantedRows.length, LOGIT_ROWS));
        int room = PackedLinear.room(tokens); // products may run more rows than there are tokens
        workspace.ensureScales(rows, (long) tokens * config.heads());
        this.residual = workspace.memory(Workspace.Use.RESIDUAL, (long) tokens * config.hidden() * Float.BYTES);
        this.input = workspace.memory(
                Workspace.Use.INPUT, (long) PackedLinear.room(rows) * config.hidden() * inputKind.bytes());
        this.joined = workspace.memory(
                Workspace.Use.JOINED, (long) room * config.heads() * config.headDim() * inputKind.bytes());
        this.gated = workspace.memory(Workspace.Use.GATED, (long) room * config.intermediate() * inputKind.bytes());
        this.attention = new FoldedAttention(config, team, workspace, numbers.attention(), plans);
        Layer layer = weights.layer(0); // all layers have the same shapes
        this.qkv = results(Workspace.Part.QKV, layer.qkv(), tokens);
        this.gateUp = results(Workspace.Part.GATE_UP, layer.gateUp(), tokens);
        this.delta = results(Workspace.Part.DELTA, layer.down(), tokens);
        this.workers = new Worker[team.size()];
        this.logits = results(Workspace.Part.LOGITS, weights.head(), Math.min(wantedRows.length, LOGIT_ROWS));
    }

    /** Room for a product's result, [rows, outputs] and what it may run more, in one part per worker. */
    private Sharded results(Workspace.Part part, Product product, int rows) {
        long room = PackedLinear.room(rows);
        MemorySegment[] parts = new MemorySegment[team.size()];
        for (int w = 0; w < parts.length; w++) {
            PackedLinear shard = product.shards()[w];
            parts[w] = workspace.part(
                    part, w, room * shard.outputs() * shard.outputType().bytes());
        }
        return new Sharded(parts, product.widths(), kind(product.outputType()));
    }

    /** Runs it with as many workers as it is worth. */
    void run() {
        run(team.useful(operations(), (long) STEPS_PER_LAYER * config.layers()));
    }

    /** Runs it with so many workers, which gives the same to the bit. */
    void run(int workers) {
        long began = clock.now();
        team.walk(workers, this::walk);
        clock.addWhole(began);
    }

    /** Multiply-adds of the products but those of attention. */
    private long operations() {
        long layer = (long) config.hidden() * (config.qkvWidth() + 3L * config.intermediate())
                + (long) config.heads() * config.headDim() * config.hidden();
        return tokens * layer * config.layers() + (long) wantedRows.length * config.vocabSize() * config.hidden();
    }

    /** The forward, step by step: columns of a product and rows of a fused pass take turns. */
    private void walk(WorkerTeam.Steps steps) {
        steps.each(share -> {
            workers[share] = new Worker(share);
            workers[share].embed(); // ids [T] to residual [T, D]
        });
        for (int i = 0; i < config.layers(); i++) {
            int index = i;
            Layer layer = weights.layer(i);
            steps.each(share -> workers[share].beginLayer(index, layer)); // residual to input [T, D]
            steps.each(share -> workers[share].project(index, layer)); // [T, D] to [T, (N + 2K)*H]
            if (!attention.isSelfContained()) {
                steps.each(share -> workers[share].mix(index));
            }
            steps.each(share -> workers[share].gather()); // joined [T, N*H]
            steps.each(share -> workers[share].multiply(layer.output(), joined, tokens, delta)); // to [T, D]
            steps.each(share -> workers[share].beginMlp(layer)); // residual and delta to input [T, D]
            steps.each(share -> workers[share].multiply(layer.gateUp(), input, tokens, gateUp)); // to [T, 2F]
            steps.each(share -> workers[share].gate()); // [T, 2F] to [T, F]
            steps.each(share -> workers[share].multiply(layer.down(), gated, tokens, delta)); // to [T, D]
        }
        steps.each(share -> workers[share].endLayers()); // residual [T, D]
        for (int first = 0; first < wantedRows.length; first += LOGIT_ROWS) {
            int from = first;
            int count = Math.min(LOGIT_ROWS, wantedRows.length - first);
            steps.each(share -> workers[share].normWanted(from, count)); // input [R, D]
            steps.each(share -> workers[share].multiply(weights.head(), input, count, logits)); // to [R, V]
            steps.each(share -> workers[share].giveOut(from, count)); // F32 [V] each
        }
    }

    /** The kind of a product's result, F32 or BF16. */
    static NumberKind kind(DType result) {
        return result == DType.F32 ? NumberKind.F32 : NumberKind.BF16;
    }

    /** The dtype that libtorch calls a kind. */
    static DType dtype(NumberKind kind) {
        return switch (kind) {
            case F32 -> DType.F32;
            case BF16 -> DType.BF16;
            case U8, U7 -> DType.U8;
        };
    }

    /** One share of all steps, whichever thread runs it. */
    private final class Worker {
        private final int index;
        private final int firstRow;
        private final int lastRow;
        private final Norms norms = new Norms(config.hidden());
        private final Rows rows = new Rows();
        private final Heads heads = new Heads(config.headDim());
        private final float[] inputScale = workspace.inputScale();
        private final float[] joinedScale = workspace.joinedScale();
        private final float[] gatedScale = workspace.gatedScale();

        Worker(int index) {
            this.index = index;
            this.firstRow = team.from(index, tokens);
            this.lastRow = team.from(index + 1, tokens);
        }

        void embed() {
            int width = config.hidden();
            for (int t = firstRow; t < lastRow; t++) {
                weights.embedding().copy(ids[t], rows, residual, (long) t * width);
            }
        }

        void beginLayer(int i, Layer layer) {
            if (i > 0) {
                addAndNorm(gatedScale, NO_BIAS, layer.inputNorm());
                return;
            }
            for (int t = firstRow; t < lastRow; t++) {
                norms.norm(residual, t, layer.inputNorm(), config.normEps(), input, inputKind, inputScale, t);
            }
        }

        void beginMlp(Layer layer) {
            addAndNorm(joinedScale, layer.outputBias(), layer.mlpNorm());
        }

        private void addAndNorm(float[] scale, float[] bias, float[] weight) {
            for (int t = firstRow; t < lastRow; t++) {
                norms.add(residual, delta, scale, bias, t);
                norms.norm(residual, t, weight, config.normEps(), input, inputKind, inputScale, t);
            }
        }

        /** Attention of the share's own heads follows at once where they are all that it needs. */
        void project(int i, Layer layer) {
            multiply(layer.qkv(), input, tokens, qkv);
            attention.prepare(i, layer, qkv, index, heads, rotary, inputScale);
            if (attention.isSelfContained()) {
                mix(i);
            }
        }

        void mix(int i) {
            long began = clock.now();
            attention.mix(i, index);
            clock.add(PassClock.Part.ATTENTION, index, began);
        }

        void gather() {
            attention.gather(rows, firstRow, lastRow, joined, inputKind, joinedScale);
        }

        void gate() {
            for (int t = firstRow; t < lastRow; t++) {
                rows.gate(gateUp, inputScale, t, gated, inputKind, gatedScale);
            }
        }

        void endLayers() {
            for (int t = firstRow; t < lastRow; t++) {
                norms.add(residual, delta, gatedScale, NO_BIAS, t);
            }
        }

        /** Runs this share's columns of a product: [count, inputs] to [count, outputs]. */
        void multiply(Product product, MemorySegment from, int count, Sharded out) {
            assert out.width() == Arrays.stream(product.widths()).sum() : out.width();
            assert from.byteSize() >= (long) count * product.inputs() * inputKind.bytes() : from.byteSize();
            long began = clock.now();
            product.shards()[index].forwardInRoom(from, count, out.parts()[index]);
            clock.add(product == weights.head() ? PassClock.Part.HEAD : PassClock.Part.PRODUCTS, index, began);
        }

        /** Of the wanted rows [first, first + count) this share's. */
        void normWanted(int first, int count) {
            for (int r = team.from(index, count); r < team.from(index + 1, count); r++) {
                norms.norm(
                        residual,
                        wantedRows[first + r],
                        weights.finalNorm(),
                        config.normEps(),
                        input,
                        inputKind,
                        inputScale,
                        r);
            }
        }

        void giveOut(int first, int count) {
            long began = clock.now();
            MemorySegment row = workspace.part(Workspace.Part.ROW, index, (long) config.vocabSize() * Float.BYTES);
            for (int r = team.from(index, count); r < team.from(index + 1, count); r++) {
                rows.join(logits, r, inputScale[r], row, 0);
                sink.accept(first + r, row);
            }
            clock.add(PassClock.Part.HEAD, index, began);
        }
    }
}
