package io.github.coda4j.train.memory;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.train.memory.MemoryPlan.Part;
import io.github.coda4j.train.memory.MemoryPlan.Phase;
import java.util.ArrayList;
import java.util.List;

/** The plain engine's training on a card: libtorch's operations, and what its autograd keeps of them. */
public final class CardMemory {
    // M packed tokens, D hidden, N query heads, K key/value heads, H head dimension, F MLP width, V vocabulary

    /** What a context and the libraries' workspaces take; not of the allocator, and known from cards of others. */
    static final long CONTEXT = 700_000_000;

    /** Rows of logits at a time, as in the plain pass. */
    private static final long LOGIT_ROWS = 128;

    private CardMemory() {}

    /** The memory of a card. */
    public static MemoryPlan plan(PlannedRun run) {
        return plan(run, CONTEXT);
    }

    /** @param process bytes that are taken before the model is loaded */
    static MemoryPlan plan(PlannedRun run, long process) {
        run.requireWholeSequences("a card");
        ModelConfig c = run.config();
        long parameters = run.parameterBytes();
        long residual = Float.BYTES * run.tokens() * c.hidden(); // F32 [M, D]
        boolean recompute = run.pass().recompute();
        List<Part> kept = new ArrayList<>(List.of(
                new Part("context", process, "CUDA and its libraries"),
                new Part("parameters", parameters, "4 bytes each"),
                new Part("gradients", parameters, "4 bytes each"),
                new Part("optimizer", run.shardedStateBytes(), "its largest share over " + run.devices()),
                new Part("layer inputs", residual * (c.layers() + 1), "F32 [M, D], one per layer")));
        long graph = graph(run);
        if (!recompute) {
            kept.add(new Part("graphs", graph * c.layers(), "what autograd keeps of every layer"));
        }
        List<Part> backward = new ArrayList<>();
        if (recompute) {
            backward.add(new Part("graph", graph, "what autograd keeps of one layer"));
        }
        backward.add(new Part("layer gradients", layerGradients(run), "of one layer's weights and values"));
        return new MemoryPlan(
                kept,
                List.of(
                        new Phase("backward of a layer", backward),
                        new Phase(
                                "logits", List.of(new Part("output layer", outputLayer(run), "128 rows at a time")))));
    }

    /** What the backward pass of a layer needs of its forward, without the layer's input. */
    private static long graph(PlannedRun run) {
        ModelConfig c = run.config();
        long b = run.productBytes();
        long m = run.tokens();
        long d = c.hidden();
        long queries = run.queryWidth();
        long heads = queries + (long) c.kvHeads() * c.headDim();
        long weights = b == Float.BYTES ? 0 : b * run.layerWeights();
        long norms = 2 * (Float.BYTES + b) * m * d; // each normed and rounded
        long turned = m * heads * (2 * Float.BYTES + b); // wide and normed, then as attention takes them
        long attention = b * m * (4 * queries); // keys and values repeated, queries, result
        long middle = Float.BYTES * m * d;
        long gated = 4 * b * m * c.intermediate(); // gate, its silu, up, their product
        return weights + norms + turned + attention + middle + gated;
    }

    /** Gradients of a layer's weights in both kinds of numbers, and of its widest values. */
    private static long layerGradients(PlannedRun run) {
        long b = run.productBytes();
        long weights = run.layerWeights() * (Float.BYTES + (b == Float.BYTES ? 0 : b));
        return weights
                + 3 * b * run.tokens() * run.config().intermediate()
                + 2L * Float.BYTES * run.tokens() * run.config().hidden();
    }

    /** The output layer in the products' numbers, its gradient in both, and logits with theirs. */
    private static long outputLayer(PlannedRun run) {
        long b = run.productBytes();
        long rounded = b == Float.BYTES ? 0 : 2 * b;
        long logits = LOGIT_ROWS * run.config().vocabSize() * (3L * Float.BYTES + 2 * b);
        return run.tableElements() * (Float.BYTES + rounded) + logits;
    }
}
