package io.github.coda4j.model.training;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.ScoreGradients;
import io.github.coda4j.kernel.Softmax;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Attention within documents, forward and backward. All products of a document are made, and what {@link Sight} hides
 * is taken out. The query heads that share a key/value head lie under each other, so that one product serves them all.
 * Backward, the scores are computed again and lie transposed, [L, G * L], some keys at a time (Dao et al. 2022,
 * "FlashAttention", algorithm 4, with whole rows of queries).
 */
final class FusedAttention {
    // L positions of a document, M packed tokens, N query heads, K key/value heads, G = N / K, H head dimension

    /** Scores that one worker holds at a time; large enough that the calls of products do not count. */
    private static final int SCORE_BYTES = 2048 * 1024;

    private static final int LEAST_ROWS = 32;

    private final ModelConfig config;
    private final NumberKind kind;
    private final FusedBatch batch;
    private final FusedMemory memory;
    private final long keysFirst;
    private final long valuesFirst;
    private final List<Item> forwardItems = new ArrayList<>();
    private final List<Item> backwardItems = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    /** One share of the work: rows [row, row + rows) of the folded queries of some key/value heads. */
    private record Item(Run run, int kvHead, int kvHeads, int row, int rows) {
        /** The first element of its rows among those that have {@code perToken} ones per token and key/value head. */
        long first(int allKvHeads, int perToken) {
            return (long) run.start() * allKvHeads * perToken + (long) kvHead * run.length() * perToken;
        }
    }

    FusedAttention(ModelConfig config, NumberKind kind, FusedBatch batch, FusedMemory memory) {
        assert batch.runs().stream().mapToInt(Run::length).sum() == batch.count() : batch.runs();
        assert memory.limits().cover(batch.count(), batch.span()) : batch.count() + ", " + memory.limits();
        this.config = config;
        this.kind = kind;
        this.batch = batch;
        this.memory = memory;
        this.keysFirst = (long) batch.count() * config.heads() * config.headDim();
        this.valuesFirst = keysFirst + (long) batch.count() * config.kvHeads() * config.headDim();
        // The longest documents first, so that workers end at about the same time.
        batch.runs().stream()
                .sorted((a, b) -> Integer.compare(b.length(), a.length()))
                .forEach(this::deal);
    }

    /** Elements of scratch that a worker needs for documents of up to {@code length} positions. */
    static long scratchElements(ModelConfig config, NumberKind kind, int length) {
        long columns = (long) config.groups() * length;
        long tile = Math.max(SCORE_BYTES / kind.bytes(), LEAST_ROWS * columns);
        return tile + Math.max(SCORE_BYTES / kind.bytes(), columns * length);
    }

    private static int rowsAtATime(long columns, NumberKind kind) {
        return (int) Math.max(LEAST_ROWS, SCORE_BYTES / (columns * kind.bytes()));
    }

    private void deal(Run run) {
        int rows = config.groups() * run.length();
        int fitting = rowsAtATime(run.length(), kind);
        long headBytes = (long) rows * run.length() * kind.bytes();
        if (rows <= fitting) {
            int perItem = Math.clamp(SCORE_BYTES / headBytes, 1, config.kvHeads());
            for (int head = 0; head < config.kvHeads(); head += perItem) {
                Item item = new Item(run, head, Math.min(perItem, config.kvHeads() - head), 0, rows);
                forwardItems.add(item);
                backwardItems.add(item);
            }
            return;
        }
        int tiles = Math.ceilDiv(rows, fitting);
        for (int head = 0; head < config.kvHeads(); head++) {
            for (int tile = 0; tile < tiles; tile++) {
                int from = (int) ((long) rows * tile / tiles);
                int to = (int) ((long) rows * (tile + 1) / tiles);
                forwardItems.add(new Item(run, head, 1, from, to - from));
            }
            backwardItems.add(new Item(run, head, 1, 0, rows));
        }
    }

    /** First element of a token's head in the folded layout; heads are numbered queries, keys, values. */
    long folded(int token, int head) {
        assert head >= 0 && head < config.heads() + 2 * config.kvHeads() : head;
        Run run = batch.run(token);
        int n = config.heads();
        int k = config.kvHeads();
        boolean isQuery = head < n;
        long plane = isQuery ? 0 : head < n + k ? keysFirst : valuesFirst;
        int index = isQuery ? head : (head - n) % k;
        long row = (long) run.start() * (isQuery ? n : k) + (long) index * run.length() + token - run.start();
        return plane + row * config.headDim();
    }

    /** To be called by one thread before all workers call {@link #forward} or {@link #backward}. */
    void begin() {
        next.set(0);
    }

    /** Works on the queries, keys and values until none are left; results lie folded, not yet divided by the sums. */
    void forward(FusedMemory.Saved saved, int worker) {
        for (int i = next.getAndIncrement(); i < forwardItems.size(); i = next.getAndIncrement()) {
            try (Scope _ = Scope.open()) {
                forward(saved, forwardItems.get(i), memory.scores.get(worker));
            }
        }
    }

    private void forward(FusedMemory.Saved saved, Item item, MemorySegment scratch) {
        int length = item.run().length();
        int headDim = config.headDim();
        int heads = item.kvHeads();
        long query = item.first(config.kvHeads(), config.groups()) + item.row();
        long key = item.first(config.kvHeads(), 1) * headDim;
        // A heads of keys and values in the item, P its rows of folded queries, up to G * L
        Tensor q = view(saved.heads(), query * headDim, heads, item.rows(), headDim); // [A, P, H]
        Tensor k = view(saved.heads(), keysFirst + key, heads, length, headDim); // [A, L, H]
        Tensor v = view(saved.heads(), valuesFirst + key, heads, length, headDim); // [A, L, H]
        Tensor scores = view(scratch, 0, heads, item.rows(), length); // [A, P, L]
        Tensor out = view(memory.folded, query * headDim, heads, item.rows(), headDim); // [A, P, H]
        Tensor.batchedProductInto(scores, q, k.transpose(1, 2)); // [A, P, H] [A, H, L] to [A, P, L]
        hide(scratch, item);
        Softmax.exponentiate(
                scratch,
                kind,
                0,
                heads * item.rows(),
                length,
                memory.inverseSums,
                saved.logSums(),
                Math.toIntExact(query));
        Tensor.batchedProductInto(out, scores, v); // [A, P, L] [A, L, H] to [A, P, H]
    }

    /** What the queries of an item do not see, among its scores [A, P, L], becomes nothing of their softmax. */
    private void hide(MemorySegment scores, Item item) {
        Sight sight = item.run().sight();
        int length = sight.length();
        for (Sight.Group group : sight.groups()) {
            for (Sight.Range range : sight.rest(group.seen())) {
                for (int g = 0; g < config.groups(); g++) {
                    int first = g * length - item.row(); // among the item's rows of a head, that of the run's token 0
                    int end = Math.min(first + group.tokens().to(), item.rows());
                    for (int row = Math.max(first + group.tokens().from(), 0); row < end; row++) {
                        for (int head = 0; head < item.kvHeads(); head++) {
                            long at = ((long) head * item.rows() + row) * length + range.from();
                            Softmax.hide(scores, kind, at, range.length());
                        }
                    }
                }
            }
        }
    }

    /** The probabilities [C, G * L] of keys from {@code from} on for queries that do not see them are none. */
    private void clear(MemorySegment probabilities, long first, Sight sight, int from, int count) {
        int length = sight.length();
        for (Sight.Group group : sight.groups()) {
            int begin = Math.max(group.tokens().from(), from);
            int end = Math.min(group.tokens().to(), from + count);
            if (begin >= end) {
                continue;
            }
            for (Sight.Range range : sight.rest(group.seers())) {
                for (int key = begin; key < end; key++) {
                    for (int g = 0; g < config.groups(); g++) {
                        long at = first + ((long) (key - from) * config.groups() + g) * length + range.from();
                        slice(probabilities, at, range.length()).fill((byte) 0);
                    }
                }
            }
        }
    }

    /** Works on the gradients of queries, keys and values until none are left. */
    void backward(FusedMemory.Saved saved, int worker) {
        for (int i = next.getAndIncrement(); i < backwardItems.size(); i = next.getAndIncrement()) {
            backward(saved, backwardItems.get(i), memory.scores.get(worker));
        }
    }

    private void backward(FusedMemory.Saved saved, Item item, MemorySegment scratch) {
        int length = item.run().length();
        int columns = item.rows();
        int heads = item.kvHeads();
        int keysAtATime = heads > 1 ? length : Math.min(length, rowsAtATime(columns, kind));
        long tile = (long) heads * keysAtATime * columns;
        MemorySegment probabilities = slice(scratch, 0, tile);
        MemorySegment scoreGradients = slice(scratch, tile, (long) heads * length * columns);
        try (Scope _ = Scope.open()) {
            Operands o = new Operands(saved, item);
            for (int from = 0; from < length; from += keysAtATime) {
                int count = Math.min(keysAtATime, length - from);
                try (Scope _ = Scope.open()) {
                    backward(
                            o,
                            item,
                            from,
                            count,
                            probabilities,
                            slice(scoreGradients, (long) from * columns, (long) heads * count * columns));
                }
            }
            Tensor ds = view(scoreGradients, 0, heads, length, columns); // [A, L, G * L]
            Tensor.batchedProductInto(o.queryGradients, ds.transpose(1, 2), o.keys); // to [A, G * L, H]
        }
    }

    /** What an item's backward pass reads and writes: [heads, G * L, H] and [heads, L, H]. */
    private final class Operands {
        final float[] logSums;
        final int firstSum;
        final Tensor queries;
        final Tensor outGradients;
        final Tensor keys;
        final Tensor values;
        final Tensor queryGradients;
        final Tensor keyGradients;
        final Tensor valueGradients;

        Operands(FusedMemory.Saved saved, Item item) {
            int headDim = config.headDim();
            long query = item.first(config.kvHeads(), config.groups());
            long key = item.first(config.kvHeads(), 1) * headDim;
            long length = item.run().length();
            int heads = item.kvHeads();
            logSums = saved.logSums();
            firstSum = Math.toIntExact(query);
            queries = view(saved.heads(), query * headDim, heads, item.rows(), headDim);
            outGradients = view(memory.folded, query * headDim, heads, item.rows(), headDim);
            keys = view(saved.heads(), keysFirst + key, heads, length, headDim);
            values = view(saved.heads(), valuesFirst + key, heads, length, headDim);
            queryGradients = view(memory.headGradients, query * headDim, heads, item.rows(), headDim);
            keyGradients = view(memory.headGradients, keysFirst + key, heads, length, headDim);
            valueGradients = view(memory.headGradients, valuesFirst + key, heads, length, headDim);
        }
    }

    /** Keys [from, from + count) of an item; all of them where it has several heads. */
    private void backward(
            Operands o, Item item, int from, int count, MemorySegment probabilities, MemorySegment scoreGradients) {
        // A heads of keys and values in the item, C keys at a time
        int heads = item.kvHeads();
        int columns = item.rows(); // G * L
        assert from >= 0 && from + count <= item.run().length() : from + " and " + count + " more of " + item;
        assert heads == 1 || count == item.run().length() : count + " keys of " + item;
        Tensor p = view(probabilities, 0, heads, count, columns); // [A, C, G * L]
        Tensor ds = view(scoreGradients, 0, heads, count, columns); // [A, C, G * L]
        Tensor.batchedProductInto(p, o.keys.narrow(1, from, count), o.queries.transpose(1, 2)); // [A, C, G * L]
        for (int h = 0; h < heads; h++) {
            long first = (long) h * count * columns;
            ScoreGradients.probabilities(
                    probabilities, kind, first, count, columns, o.logSums, o.firstSum + h * columns);
            clear(probabilities, first, item.run().sight(), from, count);
        }
        Tensor.batchedProductInto(o.valueGradients.narrow(1, from, count), p, o.outGradients); // to [A, C, H]
        Tensor.batchedProductInto(ds, o.values.narrow(1, from, count), o.outGradients.transpose(1, 2)); // [A, C, G * L]
        for (int h = 0; h < heads; h++) {
            long first = (long) h * count * columns;
            ScoreGradients.backward(
                    probabilities, scoreGradients, kind, first, count, columns, memory.dots, o.firstSum + h * columns);
        }
        Tensor.batchedProductInto(o.keyGradients.narrow(1, from, count), ds, o.queries); // [A, C, G * L] to [A, C, H]
    }

    private MemorySegment slice(MemorySegment memory, long first, long count) {
        return memory.asSlice(first * kind.bytes(), count * kind.bytes());
    }

    private Tensor view(MemorySegment memory, long first, long a, long b, long c) {
        return Tensor.view(slice(memory, first, a * b * c), FusedTrainingPass.dtype(kind), a, b, c);
    }
}
