package io.github.coda4j.model;

import io.github.coda4j.kernel.Heads;
import io.github.coda4j.kernel.Kind;
import io.github.coda4j.kernel.Norms;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.kernel.Sharded;
import io.github.coda4j.model.FastWeights.Layer;
import io.github.coda4j.model.FastWeights.Product;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.PackedLinear;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * One forward of {@link FastTransformer}. Every worker walks through {@link #work}; between its own columns of a product and its own rows
 * of a fused pass stands a barrier.
 */
final class FastPass {
    // T packed tokens of all sequences, L positions attended to, D hidden, N query heads, K key/value heads, H head
    // dimension,
    // F MLP width, R rows of logits, V vocabulary

    /** Takes one row of logits, F32 [V], which may be overwritten; called by several workers for different rows. */
    @FunctionalInterface
    interface RowSink {
        void accept(int index, MemorySegment row);
    }

    /** Rows of logits that are held at a time. */
    private static final int LOGIT_ROWS = 64;

    private final ModelConfig config;
    private final FastWeights weights;
    private final WorkerTeam team;
    private final Workspace workspace;
    private final Rotary rotary;
    private final Kind inputKind;
    private final int[] wantedRows;
    private final RowSink sink;
    private final int tokens;
    private final int[] ids;
    private final MemorySegment residual;
    private final MemorySegment input;
    private final MemorySegment joined;
    private final MemorySegment gated;
    private final float[] ones;
    private final FoldedAttention attention;

    FastPass(
            ModelConfig config,
            FastWeights weights,
            WorkerTeam team,
            Workspace workspace,
            Rotary rotary,
            Kind inputKind,
            Kind attentionKind,
            List<ForwardPlan> plans,
            int[] wantedRows,
            RowSink sink) {
        this.config = config;
        this.weights = weights;
        this.team = team;
        this.workspace = workspace;
        this.rotary = rotary;
        this.inputKind = inputKind;
        this.wantedRows = wantedRows;
        this.sink = sink;
        this.ids =
                plans.stream().flatMapToInt(plan -> Arrays.stream(plan.ids())).toArray();
        this.tokens = ids.length;
        int rows = Math.max(tokens, Math.min(wantedRows.length, LOGIT_ROWS));
        workspace.ensureScales(rows, (long) tokens * config.heads());
        this.residual = workspace.memory(Workspace.Use.RESIDUAL, (long) tokens * config.hidden() * Float.BYTES);
        this.input = workspace.memory(Workspace.Use.INPUT, (long) rows * config.hidden() * inputKind.bytes());
        this.joined = workspace.memory(
                Workspace.Use.JOINED, (long) tokens * config.heads() * config.headDim() * inputKind.bytes());
        this.gated = workspace.memory(Workspace.Use.GATED, (long) tokens * config.intermediate() * inputKind.bytes());
        this.ones = new float[inputKind == Kind.U8 ? 0 : rows];
        Arrays.fill(ones, 1);
        this.attention = new FoldedAttention(config, team, workspace, attentionKind, plans);
    }

    void run() {
        Shared[] shared = new Shared[config.layers()];
        for (int i = 0; i < shared.length; i++) {
            Layer layer = weights.layer(i);
            shared[i] = new Shared(
                    result(layer.qkv()), result(layer.output()), result(layer.gateUp()), result(layer.down()));
        }
        Sharded logits = result(weights.head());
        team.runOnAll(worker -> new Worker(worker).work(shared, logits));
    }

    /** Where the workers leave their columns of each product. */
    private record Shared(Sharded qkv, Sharded output, Sharded gateUp, Sharded down) {}

    private static Sharded result(Product product) {
        Kind kind = product.outputType() == DType.F32 ? Kind.F32 : Kind.BF16;
        return new Sharded(product.shards().length, product.widths(), kind);
    }

    /** The dtype that libtorch calls a kind. */
    static DType dtype(Kind kind) {
        return switch (kind) {
            case F32 -> DType.F32;
            case BF16 -> DType.BF16;
            case U8 -> DType.U8;
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

        void work(Shared[] shared, Sharded logits) {
            try (Scope _ = Scope.open()) {
                embed();
                for (int i = 0; i < shared.length; i++) {
                    Layer layer = weights.layer(i);
                    if (i == 0) {
                        norm(layer.inputNorm());
                    } else {
                        addAndNorm(shared[i - 1].down(), gatedScale, new float[0], layer.inputNorm());
                    }
                    attend(i, layer, shared[i]);
                    addAndNorm(shared[i].output(), joinedScale, layer.outputBias(), layer.mlpNorm());
                    team.barrier();
                    release();
                    try (Scope _ = multiply(layer.gateUp(), input, tokens, shared[i].gateUp())) {
                        team.barrier();
                        for (int t = firstRow; t < lastRow; t++) {
                            rows.gate(shared[i].gateUp(), inputScale, t, gated, inputKind, gatedScale);
                        }
                        team.barrier();
                    }
                    hold(multiply(layer.down(), gated, tokens, shared[i].down()));
                    team.barrier();
                }
                Sharded last = shared[shared.length - 1].down();
                for (int t = firstRow; t < lastRow; t++) {
                    norms.add(residual, last, gatedScale, new float[0], t);
                }
                team.barrier();
                release();
                propose(logits);
            }
        }

        private Scope heldOutput;

        private void hold(Scope scope) {
            heldOutput = scope;
        }

        private void release() {
            if (heldOutput != null) {
                heldOutput.close();
                heldOutput = null;
            }
        }

        private void embed() {
            int width = config.hidden();
            Kind kind = weights.embeddingKind();
            for (int t = firstRow; t < lastRow; t++) {
                rows.copy(weights.embedding(), kind, (long) ids[t] * width, width, residual, (long) t * width);
            }
        }

        private void norm(float[] weight) {
            for (int t = firstRow; t < lastRow; t++) {
                norms.norm(residual, t, weight, config.normEps(), input, inputKind, inputScale, t);
            }
        }

        private void addAndNorm(Sharded delta, float[] scale, float[] bias, float[] weight) {
            for (int t = firstRow; t < lastRow; t++) {
                norms.add(residual, delta, scale, bias, t);
                norms.norm(residual, t, weight, config.normEps(), input, inputKind, inputScale, t);
            }
        }

        private void attend(int i, Layer layer, Shared shared) {
            team.barrier();
            release();
            try (Scope _ = multiply(layer.qkv(), input, tokens, shared.qkv())) {
                attention.prepare(i, layer, shared.qkv(), index, heads, rotary, inputScale);
            }
            team.barrier();
            attention.mix(i, index);
            team.barrier();
            attention.gather(rows, firstRow, lastRow, joined, inputKind, joinedScale);
            team.barrier();
            hold(multiply(layer.output(), joined, tokens, shared.output()));
            team.barrier();
        }

        /** Runs this worker's columns of a product; the result lives until the scope that comes back is closed. */
        private Scope multiply(Product product, MemorySegment from, int count, Sharded out) {
            Scope scope = Scope.open();
            PackedLinear shard = product.shards()[index];
            long bytes = (long) count * product.inputs() * inputKind.bytes();
            Tensor result =
                    shard.forward(Tensor.view(from.asSlice(0, bytes), dtype(inputKind), count, product.inputs()));
            out.parts()[index] = result.memory();
            return scope;
        }

        private void propose(Sharded logits) {
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
                            r);
                }
                team.barrier();
                try (Scope _ = multiply(weights.head(), input, count, logits)) {
                    team.barrier();
                    MemorySegment row = workspace.row(index, (long) vocab * Float.BYTES);
                    for (int r = from; r < to; r++) {
                        rows.join(logits, r, inputScale[r], row, 0);
                        sink.accept(first + r, row);
                    }
                    team.barrier();
                }
            }
        }
    }
}
