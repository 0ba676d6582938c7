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

/**
 * One forward of {@link FastTransformer}. Every worker walks through {@link #work}; between its own columns of a
 * product and its own rows of a fused pass stands a barrier.
 */
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

    private final ModelConfig config;
    private final FastWeights weights;
    private final WorkerTeam team;
    private final Workspace workspace;
    private final Rotary rotary;
    private final NumberKind inputKind;
    private final int[] wantedRows;
    private final RowSink sink;
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

    FastPass(
            ModelConfig config,
            FastWeights weights,
            WorkerTeam team,
            Workspace workspace,
            Rotary rotary,
            Numbers numbers,
            List<ForwardPlan> plans,
            int[] wantedRows,
            RowSink sink) {
        this.config = config;
        this.weights = weights;
        this.team = team;
        this.workspace = workspace;
        this.rotary = rotary;
        this.inputKind = numbers.input();
        this.wantedRows = wantedRows;
        this.sink = sink;
        this.ids =
                plans.stream().flatMapToInt(plan -> Arrays.stream(plan.ids())).toArray();
        this.tokens = ids.length;
        assert tokens > 0 : "a forward without tokens";
        assert Arrays.stream(wantedRows).allMatch(row -> row >= 0 && row < tokens) : Arrays.toString(wantedRows);
        int rows = Math.max(tokens, Math.min(wantedRows.length, LOGIT_ROWS));
        workspace.ensureScales(rows, (long) tokens * config.heads());
        this.residual = workspace.memory(Workspace.Use.RESIDUAL, (long) tokens * config.hidden() * Float.BYTES);
        this.input = workspace.memory(Workspace.Use.INPUT, (long) rows * config.hidden() * inputKind.bytes());
        this.joined = workspace.memory(
                Workspace.Use.JOINED, (long) tokens * config.heads() * config.headDim() * inputKind.bytes());
        this.gated = workspace.memory(Workspace.Use.GATED, (long) tokens * config.intermediate() * inputKind.bytes());
        this.attention = new FoldedAttention(config, team, workspace, numbers.attention(), plans);
        Layer layer = weights.layer(0); // all layers have the same shapes
        this.qkv = results(Workspace.Part.QKV, layer.qkv(), tokens);
        this.gateUp = results(Workspace.Part.GATE_UP, layer.gateUp(), tokens);
        this.delta = results(Workspace.Part.DELTA, layer.down(), tokens);
        this.logits = results(Workspace.Part.LOGITS, weights.head(), Math.min(wantedRows.length, LOGIT_ROWS));
    }

    /** Room for a product's result, [rows, outputs], in one part per worker. */
    private Sharded results(Workspace.Part part, Product product, int rows) {
        MemorySegment[] parts = new MemorySegment[team.size()];
        for (int w = 0; w < parts.length; w++) {
            PackedLinear shard = product.shards()[w];
            parts[w] = workspace.part(
                    part, w, (long) rows * shard.outputs() * shard.outputType().bytes());
        }
        return new Sharded(parts, product.widths(), kind(product.outputType()));
    }

    void run() {
        team.runOnAll(worker -> new Worker(worker).work());
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

    /** The share of one worker. */
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

        void work() {
            embed(); // ids [T] to residual [T, D]
            for (int i = 0; i < config.layers(); i++) {
                Layer layer = weights.layer(i);
                if (i == 0) {
                    norm(layer.inputNorm()); // input [T, D]
                } else {
                    addAndNorm(gatedScale, NO_BIAS, layer.inputNorm());
                }
                team.barrier();
                attend(i, layer); // input [T, D] to delta [T, D]
                addAndNorm(joinedScale, layer.outputBias(), layer.mlpNorm());
                team.barrier();
                multiply(layer.gateUp(), input, tokens, gateUp); // [T, D] to [T, 2F]
                team.barrier();
                for (int t = firstRow; t < lastRow; t++) {
                    rows.gate(gateUp, inputScale, t, gated, inputKind, gatedScale); // [T, 2F] to [T, F]
                }
                team.barrier();
                multiply(layer.down(), gated, tokens, delta); // [T, F] to [T, D]
                team.barrier();
            }
            for (int t = firstRow; t < lastRow; t++) {
                norms.add(residual, delta, gatedScale, NO_BIAS, t); // [T, D]
            }
            team.barrier();
            propose(); // residual [T, D] to logits [R, V]
        }

        private void embed() {
            int width = config.hidden();
            NumberKind kind = weights.embeddingKind();
            for (int t = firstRow; t < lastRow; t++) {
                rows.copy(weights.embedding(), kind, (long) ids[t] * width, width, residual, (long) t * width);
            }
        }

        private void norm(float[] weight) {
            for (int t = firstRow; t < lastRow; t++) {
                norms.norm(residual, t, weight, config.normEps(), input, inputKind, inputScale, t);
            }
        }

        private void addAndNorm(float[] scale, float[] bias, float[] weight) {
            for (int t = firstRow; t < lastRow; t++) {
                norms.add(residual, delta, scale, bias, t);
                norms.norm(residual, t, weight, config.normEps(), input, inputKind, inputScale, t);
            }
        }

        private void attend(int i, Layer layer) {
            multiply(layer.qkv(), input, tokens, qkv); // [T, D] to [T, (N + 2K)*H]
            attention.prepare(i, layer, qkv, index, heads, rotary, inputScale);
            attention.mix(i, index);
            team.barrier();
            attention.gather(rows, firstRow, lastRow, joined, inputKind, joinedScale); // [T, N*H]
            team.barrier();
            multiply(layer.output(), joined, tokens, delta); // [T, N*H] to [T, D]
            team.barrier();
        }

        /** Runs this worker's columns of a product: [count, inputs] to [count, outputs]. */
        private void multiply(Product product, MemorySegment from, int count, Sharded out) {
            assert out.width() == Arrays.stream(product.widths()).sum() : out.width();
            assert from.byteSize() >= (long) count * product.inputs() * inputKind.bytes() : from.byteSize();
            product.shards()[index].forward(from, count, out.parts()[index]);
        }

        private void propose() {
            int vocab = config.vocabSize();
            for (int first = 0; first < wantedRows.length; first += LOGIT_ROWS) {
                int count = Math.min(LOGIT_ROWS, wantedRows.length - first);
                int from = team.from(index, count);
                int to = team.from(index + 1, count);
                for (int r = from; r < to; r++) {
                    norms.norm(
                            residual,
                            wantedRows[first + r],
                            weights.finalNorm(),
                            config.normEps(),
                            input,
                            inputKind,
                            inputScale,
                            r); // input [R, D]
                }
                team.barrier();
                multiply(weights.head(), input, count, logits); // [R, D] to [R, V]
                team.barrier();
                MemorySegment row = workspace.part(Workspace.Part.ROW, index, (long) vocab * Float.BYTES);
                for (int r = from; r < to; r++) {
                    rows.join(logits, r, inputScale[r], row, 0); // F32 [V]
                    sink.accept(first + r, row);
                }
                team.barrier();
            }
        }
    }
}
