package io.github.coda4j.model;

import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.kernel.CacheLines;
import io.github.coda4j.kernel.Elements;
import io.github.coda4j.kernel.FoldedHeads;
import io.github.coda4j.kernel.HeadRule;
import io.github.coda4j.kernel.Heads;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.kernel.Sharded;
import io.github.coda4j.kernel.Softmax;
import io.github.coda4j.model.FastWeights.Layer;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.tensor.products.BatchedProduct;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention of packed sequences: each attends to its own keys and values only. The query heads that share a key/value
 * head lie under each other, so that one product serves them all: [G*T, H] x [H, L], exponentials in place, [G*T, L] x
 * [L, H].
 */
final class FoldedAttention {
    // T tokens of one sequence, L positions it attends to, N query heads, K key/value heads, G = N/K, H head dimension,
    // M packed tokens of all sequences, R rows of one item

    /** Scores that one worker holds at a time; about half of a second-level cache. */
    private static final long SCORE_BYTES = 512 * 1024;

    /** Keys, or values, of several heads in one item: about a quarter of a second-level cache. */
    private static final long KEY_BYTES = 256 * 1024;

    /** Keys of a cache that grows are looked at in multiples of this, so that products have few shapes. */
    private static final int KEY_UNIT = 64;

    private static final float[] NONE = new float[0];

    private final ModelConfig config;
    private final WorkerTeam team;
    private final Workspace workspace;
    private final NumberKind kind;
    private final HeadShares shares;
    private final List<Segment> segments = new ArrayList<>();
    private final List<List<Item>> itemsOfWorker = new ArrayList<>();
    private final MemorySegment queries; // [N, T, H], sequence after sequence
    private final MemorySegment mixed; // the same

    /**
     * One sequence.
     *
     * @param firstToken its first packed row
     * @param start position of that row
     * @param attended L
     * @param stride positions of the memory of a head's keys, at least L
     * @param grid which blocks there are, if attention is block-causal
     * @param keyIndex index of the first row among the keys
     * @param keyValues memory with its keys and values, the same for every layer or, with a cache, one part per layer
     */
    private record Segment(
            int firstToken,
            int tokens,
            int start,
            int attended,
            int stride,
            Optional<BlockGrid> grid,
            int keyIndex,
            MemorySegment keyValues,
            long scratchFirst,
            FastKvCache cache) {
        /** How many keys the token sees that is run as number {@code t}. */
        int visible(int t) {
            return grid.map(blocks -> Math.min(blocks.end(start + t), start + tokens))
                    .orElse(attended);
        }

        long keys(int layer) {
            return cache == null ? scratchFirst : cache.keys(layer);
        }
    }

    /** One share of the work: rows [row, row + rows) of the folded queries of some key/value heads. */
    private record Item(Segment segment, int kvHead, int kvHeads, int row, int rows) {}

    FoldedAttention(
            ModelConfig config, WorkerTeam team, Workspace workspace, NumberKind kind, List<ForwardPlan> plans) {
        this.config = config;
        this.team = team;
        this.workspace = workspace;
        this.kind = kind;
        int tokens = plans.stream().mapToInt(plan -> plan.ids().length).sum();
        long width = (long) config.heads() * config.headDim();
        this.queries = workspace.memory(Workspace.Use.QUERIES, tokens * width * kind.bytes());
        this.mixed = workspace.memory(Workspace.Use.MIXED, tokens * width * kind.bytes());
        long plane = (long) config.kvHeads() * config.headDim();
        // Keys, then values of sequences without a cache: [2, K, T, H] each.
        MemorySegment scratch = workspace.memory(Workspace.Use.SCRATCH_KV, 2 * plane * tokens * kind.bytes());
        int first = 0;
        for (ForwardPlan plan : plans) {
            segments.add(segment(plan, first, scratch, 2 * plane * first));
            first += plan.ids().length;
        }
        this.shares = new HeadShares(config.heads(), config.kvHeads(), team.size());
        for (int worker = 0; worker < team.size(); worker++) {
            itemsOfWorker.add(new ArrayList<>());
        }
        segments.forEach(this::deal);
    }

    private Segment segment(ForwardPlan plan, int first, MemorySegment scratch, long scratchFirst) {
        int tokens = plan.ids().length;
        return switch (plan.cache()) {
            case CacheAccess.None _ ->
                new Segment(
                        first, tokens, plan.start(), tokens, tokens, Optional.empty(), 0, scratch, scratchFirst, null);
            case CacheAccess.Fill fill -> {
                FastKvCache cache = PlanChecks.own(fill.cache(), FastKvCache.class);
                yield whole(first, tokens, 0, cache);
            }
            case CacheAccess.Reuse reuse -> {
                FastKvCache cache = PlanChecks.own(reuse.cache(), FastKvCache.class);
                yield whole(first, tokens, plan.start(), cache);
            }
            case CacheAccess.Append append -> {
                FastKvCache cache = PlanChecks.own(append.cache(), FastKvCache.class);
                int length = cache.length();
                yield new Segment(
                        first,
                        tokens,
                        plan.start(),
                        Math.min(length, Math.ceilDiv(plan.end(), KEY_UNIT) * KEY_UNIT),
                        length,
                        Optional.of(append.grid()),
                        plan.start(),
                        cache.memory(),
                        0,
                        cache);
            }
        };
    }

    /** A sequence that attends to all that its cache holds. */
    private static Segment whole(int first, int tokens, int start, FastKvCache cache) {
        int length = cache.length();
        return new Segment(first, tokens, start, length, length, Optional.empty(), start, cache.memory(), 0, cache);
    }

    /** Cuts a sequence's attention into items: the workers' own heads where they have them, else shares of all. */
    private void deal(Segment segment) {
        if (shares.selfContained()) {
            for (int worker = 0; worker < team.size(); worker++) {
                itemsOfWorker
                        .get(worker)
                        .addAll(items(segment, shares.firstKvHead(worker), shares.firstKvHead(worker + 1)));
            }
            return;
        }
        List<Item> items = items(segment, 0, config.kvHeads());
        for (int worker = 0; worker < team.size(); worker++) {
            itemsOfWorker
                    .get(worker)
                    .addAll(items.subList(team.from(worker, items.size()), team.from(worker + 1, items.size())));
        }
    }

    /**
     * Items of some key/value heads whose scores, and keys or values where they are of several heads, fit the cache.
     */
    private List<Item> items(Segment segment, int firstHead, int lastHead) {
        List<Item> items = new ArrayList<>();
        int rows = config.groups() * segment.tokens();
        long rowBytes = (long) segment.attended() * kind.bytes();
        int fitting = (int) Math.max(1, SCORE_BYTES / rowBytes);
        if (rows <= fitting) {
            boolean apart = segment.attended() < segment.stride();
            int heads = (int) Math.min(fitting / rows, KEY_BYTES / (rowBytes * config.headDim()));
            int perItem = apart ? 1 : Math.clamp(heads, 1, Math.ceilDiv(config.kvHeads(), team.size()));
            for (int head = firstHead; head < lastHead; head += perItem) {
                items.add(new Item(segment, head, Math.min(perItem, lastHead - head), 0, rows));
            }
            return items;
        }
        int tiles = Math.ceilDiv(rows, Math.max(32, fitting));
        for (int head = firstHead; head < lastHead; head++) {
            for (int tile = 0; tile < tiles; tile++) {
                int from = (int) ((long) rows * tile / tiles);
                int to = (int) ((long) rows * (tile + 1) / tiles);
                items.add(new Item(segment, head, 1, from, to - from));
            }
        }
        return items;
    }

    /**
     * Norms, turns and lays out the heads that a worker's own columns of the joined projection hold.
     *
     * @param qkv [M, (N + 2K)*H] in one part per worker
     * @param rowScale [M], what a row of qkv is to be multiplied by
     */
    void prepare(int layerIndex, Layer layer, Sharded qkv, int worker, Heads heads, Rotary rotary, float[] rowScale) {
        int[] own = shares.of(worker);
        int headDim = config.headDim();
        int width = own.length * headDim;
        Elements source = new Elements(qkv.parts()[worker], qkv.kind());
        assert qkv.widths()[worker] == width : qkv.widths()[worker];
        assert qkv.width() == config.qkvWidth() : qkv.width();
        for (Segment segment : segments) {
            for (int i = 0; i < own.length; i++) {
                HeadRule rule = rule(layer, own[i], rotary);
                Elements target = new Elements(own[i] < config.heads() ? queries : segment.keyValues(), kind);
                long targetFirst = target(layerIndex, segment, own[i]);
                for (int t = 0; t < segment.tokens(); t++) {
                    int row = segment.firstToken() + t;
                    heads.prepare(
                            rule,
                            source,
                            (long) row * width + (long) i * headDim,
                            rowScale[row],
                            (segment.start() + t) * rotary.half(),
                            target,
                            targetFirst + (long) t * headDim);
                }
            }
        }
    }

    /** What is done to one of the joined projection's heads, which are numbered queries, keys, values. */
    private HeadRule rule(Layer layer, int unit, Rotary rotary) {
        boolean isQuery = unit < config.heads();
        boolean isValue = unit >= config.heads() + config.kvHeads();
        return new HeadRule(
                layer.qkvBias(),
                unit * config.headDim(),
                isQuery ? layer.qNorm() : isValue ? NONE : layer.kNorm(),
                config.normEps(),
                isValue ? NONE : rotary.cos(),
                rotary.sin(),
                isQuery ? (float) (1 / Math.sqrt(config.headDim())) : 1);
    }

    /** Where such a head of a sequence's first token goes: an element of the queries or of the keys and values. */
    private long target(int layerIndex, Segment segment, int unit) {
        int n = config.heads();
        int k = config.kvHeads();
        if (unit < n) {
            return ((long) segment.firstToken() * n + (long) unit * segment.tokens()) * config.headDim();
        }
        int plane = (unit - n) / k; // keys, values
        int head = (unit - n) % k;
        return segment.keys(layerIndex)
                + (((long) plane * k + head) * segment.stride() + segment.keyIndex()) * config.headDim();
    }

    /** Whether each share's items need no other share's heads. */
    boolean isSelfContained() {
        return shares.selfContained();
    }

    /**
     * Runs a share's items of one layer, after {@link #prepare} of the same share or, unless self-contained, of all;
     * results lie like the queries, not yet divided by the softmax sums.
     */
    void mix(int layerIndex, int worker) {
        long read = 0;
        for (Item item : itemsOfWorker.get(worker)) {
            read += mix(layerIndex, worker, item);
        }
        workspace.keep(worker, read);
    }

    private long mix(int layerIndex, int worker, Item item) {
        Segment segment = item.segment();
        int headDim = config.headDim();
        int attended = segment.attended();
        int rowsPerHead = config.groups() * segment.tokens();
        long queryRow = (long) segment.firstToken() * config.heads() + (long) item.kvHead() * rowsPerHead + item.row();
        long kv = segment.keys(layerIndex) + (long) item.kvHead() * segment.stride() * headDim;
        long valueOffset = (long) config.kvHeads() * segment.stride() * headDim;
        int heads = item.kvHeads();
        long scoreCount = (long) heads * item.rows() * attended;
        MemorySegment scores = workspace.part(Workspace.Part.SCORES, worker, scoreCount * kind.bytes());

        DType type = FastPass.dtype(kind);
        // Later rows of the same head find its keys and values in the cache.
        long keyBytes = item.row() > 0 ? 0 : (long) heads * attended * headDim * kind.bytes();
        MemorySegment q = slice(queries, queryRow * headDim);
        MemorySegment k = slice(segment.keyValues(), kv);
        MemorySegment v = slice(segment.keyValues(), kv + valueOffset);
        MemorySegment out = slice(mixed, queryRow * headDim);
        long read = CacheLines.read(k, 0, keyBytes);
        // [heads, R, H] x [heads, L, H]^T to [heads, R, L]
        new BatchedProduct(type, heads, item.rows(), headDim, attended, true).run(q, k, scores);
        if (segment.grid().isPresent()) {
            hide(scores, item);
        }
        Softmax.exponentiate(
                scores, kind, 0, heads * item.rows(), attended, workspace.inverseSums(), Math.toIntExact(queryRow));
        read += CacheLines.read(v, 0, keyBytes);
        // [heads, R, L] x [heads, L, H] to [heads, R, H]
        new BatchedProduct(type, heads, item.rows(), attended, headDim, false).run(scores, v, out);
        return read;
    }

    /** Scores of keys that a row does not see. */
    private void hide(MemorySegment scores, Item item) {
        Segment segment = item.segment();
        int attended = segment.attended();
        for (int row = 0; row < item.kvHeads() * item.rows(); row++) {
            int visible = segment.visible((item.row() + row % item.rows()) % segment.tokens());
            Softmax.hide(scores, kind, (long) row * attended + visible, attended - visible);
        }
    }

    private MemorySegment slice(MemorySegment memory, long first) {
        return memory.asSlice(first * kind.bytes());
    }

    /**
     * Brings packed rows [from, to) back into token order for the output projection, divided by the softmax sums.
     *
     * @param out [M, N*H] in {@code outKind}
     */
    void gather(Rows rows, int from, int to, MemorySegment out, NumberKind outKind, float[] outScale) {
        assert out.byteSize() >= (long) to * config.heads() * config.headDim() * outKind.bytes() : out.byteSize();
        Elements target = new Elements(out, outKind);
        for (Segment segment : segments) {
            int first = Math.max(from, segment.firstToken());
            int last = Math.min(to, segment.firstToken() + segment.tokens());
            int headRow = segment.firstToken() * config.heads();
            FoldedHeads folded = new FoldedHeads(
                    new Elements(mixed, kind),
                    (long) headRow * config.headDim(),
                    workspace.inverseSums(),
                    headRow,
                    config.heads(),
                    segment.tokens(),
                    config.headDim());
            for (int row = first; row < last; row++) {
                // [N, T, H] to row of [M, N*H]
                rows.gatherHeads(folded, row - segment.firstToken(), target, outScale, row);
            }
        }
    }
}
