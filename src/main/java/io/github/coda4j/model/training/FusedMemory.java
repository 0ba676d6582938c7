package io.github.coda4j.model.training;

import io.github.coda4j.Closing;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.model.ModelConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * All memory of a {@link FusedTrainingPass}, allocated once for the largest batch: what a layer leaves for its backward
 * pass (once per layer, or once in all when layers are computed again), the residual stream after every layer, and
 * scratch.
 */
final class FusedMemory implements AutoCloseable {
    // M packed tokens, D hidden, N query heads, K key/value heads, G = N / K, H head dimension, F MLP width, V
    // vocabulary

    /** Rows of logits are held for at most this many bytes at a time. */
    private static final long LOGIT_BYTES = 64L << 20;

    private static final int MOST_LOGIT_ROWS = 1024;
    private static final int LEAST_LOGIT_ROWS = 64;
    /** Elements of a weight's gradient that one worker computes at a time. */
    static final int GRADIENT_ELEMENTS = 1 << 21;

    private final Arena arena;
    private final LongFunction<MemorySegment> allocator;
    private final IntFunction<float[]> arrays;
    private final NumberKind kind;
    private final Limits limits;
    private long bytes;
    private final Closing closing = new Closing();

    /** Residual stream before layer i, F32 [M, D]; the last one is the input of the final norm. */
    final List<MemorySegment> residuals = new ArrayList<>();
    /** One per layer, or the same for all. */
    final List<Saved> saved = new ArrayList<>();
    /** [M, D]: result of a product that is to be added to the residual stream, or gradient of a norm's result. */
    final MemorySegment delta;
    /** [M, F]. */
    final MemorySegment gated;
    /** [N, T, H] per document: attention's result, or its gradient. */
    final MemorySegment folded;
    /** [M, N * H]: gradient of the joined heads. */
    final MemorySegment joinedGradient;
    /** Gradients of the folded queries, keys and values, laid out like {@link Saved#heads}. */
    final MemorySegment headGradients;
    /** F32 [M, D]: gradient of the residual stream. */
    final MemorySegment residualGradient;
    /** [M, D]: the same before the MLP and before the attention, as products take it. */
    final MemorySegment mlpGradient;

    final MemorySegment attentionGradient;
    /** [R, V] and [R, D]: logits of some rows, their inputs and the inputs' gradients. */
    final MemorySegment logits;

    final MemorySegment logitInputs;
    final MemorySegment logitInputGradients;
    /** The output layer as products take it, [V, D]; empty where that is the parameter itself. */
    final MemorySegment head;
    /** A layer's products as they are taken, one after another. */
    final MemorySegment weights;
    /** One per worker: probabilities of some keys, and gradients of the scores of a whole document. */
    final List<MemorySegment> scores = new ArrayList<>();

    /** One per worker: a part of a weight's gradient. */
    final List<MemorySegment> weightGradients = new ArrayList<>();
    /** [N * M]. */
    final float[] inverseSums;
    /** [N * M]. */
    final float[] dots;

    /**
     * What one layer leaves for its backward pass.
     *
     * @param normed [M, D], input of the attention
     * @param qkv [M, (N + 2 K) H], as projected
     * @param heads normed, turned and folded: all queries [N, T, H] per document, then all keys [K, T, H], then all
     *     values
     * @param logSums [N * M], of the softmax
     * @param joined [M, N * H], output of the heads
     * @param middle F32 [M, D], residual stream between attention and MLP
     * @param mlpNormed [M, D], input of the MLP
     * @param gateUp [M, 2 F]
     */
    record Saved(
            MemorySegment normed,
            MemorySegment qkv,
            MemorySegment heads,
            float[] logSums,
            MemorySegment joined,
            MemorySegment middle,
            MemorySegment mlpNormed,
            MemorySegment gateUp) {}

    /**
     * What the memory is large enough for.
     *
     * @param tokens M
     * @param length the longest document
     */
    record Limits(int tokens, int length) {
        boolean cover(int wantedTokens, int wantedLength) {
            return tokens >= wantedTokens && length >= wantedLength;
        }
    }

    static FusedMemory allocate(ModelConfig config, NumberKind kind, Limits limits, int workers, boolean recompute) {
        Arena arena = Arena.ofShared();
        return new FusedMemory(
                arena, size -> arena.allocate(size, 64), float[]::new, config, kind, limits, workers, recompute);
    }

    /** Bytes that {@link #allocate} would take. */
    static long bytes(ModelConfig config, NumberKind kind, Limits limits, int workers, boolean recompute) {
        try (Arena arena = Arena.ofConfined()) {
            return new FusedMemory(
                            arena,
                            size -> MemorySegment.NULL,
                            size -> new float[0],
                            config,
                            kind,
                            limits,
                            workers,
                            recompute)
                    .bytes;
        }
    }

    private FusedMemory(
            Arena arena,
            LongFunction<MemorySegment> allocator,
            IntFunction<float[]> arrays,
            ModelConfig config,
            NumberKind kind,
            Limits limits,
            int workers,
            boolean recompute) {
        this.arena = arena;
        this.allocator = allocator;
        this.arrays = arrays;
        this.kind = kind;
        this.limits = limits;
        int hidden = config.hidden();
        int queries = config.heads() * config.headDim();
        for (int i = 0; i <= config.layers(); i++) {
            residuals.add(floats(hidden));
        }
        Saved first = saved(config);
        for (int i = 0; i < config.layers(); i++) {
            saved.add(recompute || i == 0 ? first : saved(config));
        }
        delta = rows(hidden);
        gated = rows(config.intermediate());
        folded = rows(queries);
        joinedGradient = rows(queries);
        headGradients = rows(config.qkvWidth());
        residualGradient = floats(hidden);
        mlpGradient = rows(hidden);
        attentionGradient = rows(hidden);
        long logitRows = logitRows(config, kind);
        logits = elements(logitRows * config.vocabSize());
        logitInputs = elements(logitRows * hidden);
        logitInputGradients = elements(logitRows * hidden);
        head = elements(kind == NumberKind.F32 ? 0 : (long) config.vocabSize() * hidden);
        weights = elements(FusedWeights.elements(config));
        long scoreElements = FusedAttention.scratchElements(config, kind, limits.length());
        for (int w = 0; w < workers; w++) {
            scores.add(elements(scoreElements));
            weightGradients.add(elements(
                    Math.max(GRADIENT_ELEMENTS, 16L * Math.max(Math.max(hidden, queries), config.intermediate()))));
        }
        inverseSums = array(config.heads());
        dots = array(config.heads());
    }

    /** Rows of logits at a time. */
    static int logitRows(ModelConfig config, NumberKind kind) {
        long fitting = LOGIT_BYTES / ((long) config.vocabSize() * kind.bytes());
        return Math.clamp(fitting / LEAST_LOGIT_ROWS * LEAST_LOGIT_ROWS, LEAST_LOGIT_ROWS, MOST_LOGIT_ROWS);
    }

    Limits limits() {
        return limits;
    }

    private Saved saved(ModelConfig config) {
        return new Saved(
                rows(config.hidden()),
                rows(config.qkvWidth()),
                rows(config.qkvWidth()),
                array(config.heads()),
                rows(config.heads() * config.headDim()),
                floats(config.hidden()),
                rows(config.hidden()),
                rows(2 * config.intermediate()));
    }

    private MemorySegment rows(int width) {
        return elements((long) limits.tokens() * width);
    }

    private MemorySegment floats(int width) {
        return memory((long) limits.tokens() * width * Float.BYTES);
    }

    private MemorySegment elements(long count) {
        return memory(count * kind.bytes());
    }

    private MemorySegment memory(long size) {
        bytes += size;
        return allocator.apply(size);
    }

    private float[] array(int perToken) {
        int count = Math.multiplyExact(limits.tokens(), perToken);
        bytes += (long) count * Float.BYTES;
        return arrays.apply(count);
    }

    @Override
    public void close() {
        closing.once(arena::close);
    }
}
