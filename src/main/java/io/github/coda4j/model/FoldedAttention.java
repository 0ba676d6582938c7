package io.github.coda4j.model;

import io.github.coda4j.kernel.Heads;
import io.github.coda4j.kernel.Kind;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.kernel.Sharded;
import io.github.coda4j.kernel.Softmax;
import io.github.coda4j.model.FastWeights.Layer;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of packed sequences: each attends to its own keys and values only. The query heads that share a key/value head lie under
 * each other, so that one product serves them all: [G*T, H] x [H, L], exponentials in place, [G*T, L] x [L, H].
 */
final class FoldedAttention {
    // T tokens of one sequence, L positions it attends to, N query heads, K key/value heads, G = N/K, H head dimension

    /** Scores that one worker holds at a time; about half of a second-level cache. */
    private static final long SCORE_BYTES = 512 * 1024;

    private final ModelConfig config;
    private final WorkerTeam team;
    private final Workspace workspace;
    private final Kind kind;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Item> items = new ArrayList<>();
    private final MemorySegment queries;
    private final MemorySegment mixed;

    /**
     * One sequence.
     *
     * @param firstToken its first packed row
     * @param start position of that row
     * @param attended L
     * @param keyIndex index of the first row among the keys
     * @param keyValues memory with its keys and values, the same for every layer or, with a cache, one part per layer
     */
    private record Segment(
            int firstToken,
            int tokens,
            int start,
            int attended,
            int keyIndex,
            MemorySegment keyValues,
            long scratchFirst,
            FastKvCache cache) {
        long keys(int layer) {
            return cache == null ? scratchFirst : cache.keys(layer);
        }
    }

    /** One share of the work: rows [row, row + rows) of the folded queries of some key/value heads. */
    private record Item(Segment segment, int kvHead, int kvHeads, int row, int rows) {}

    FoldedAttention(ModelConfig config, WorkerTeam team, Workspace workspace, Kind kind, List<ForwardPlan> plans) {
        this.config = config;
        this.team = team;
        this.workspace = workspace;
        this.kind = kind;
        int tokens = plans.stream().mapToInt(plan -> plan.ids().length).sum();
        long width = (long) config.heads() * config.headDim();
        this.queries = workspace.memory(Workspace.Use.QUERIES, tokens * width * kind.bytes());
        this.mixed = workspace.memory(Workspace.Use.MIXED, tokens * width * kind.bytes());
        long plane = (long) config.kvHeads() * config.headDim();
        MemorySegment scratch = workspace.memory(Workspace.Use.SCRATCH_KV, 2 * plane * tokens * kind.bytes());
        int first = 0;
        for (ForwardPlan plan : plans) {
            segments.add(segment(plan, first, scratch, 2 * plane * first));
            first += plan.ids().length;
        }
        segments.forEach(this::deal);
    }

    private Segment segment(ForwardPlan plan, int first, MemorySegment scratch, long scratchFirst) {
        int tokens = plan.ids().length;
        return switch (plan.cache()) {
            case CacheAccess.None _ -> new Segment(first, tokens, plan.start(), tokens, 0, scratch, scratchFirst, null);
            case CacheAccess.Fill fill -> {
                FastKvCache cache = PlanChecks.own(fill.cache(), FastKvCache.class);
                yield new Segment(first, tokens, 0, cache.length(), 0, cache.memory(), 0, cache);
            }
            case CacheAccess.Reuse reuse -> {
                FastKvCache cache = PlanChecks.own(reuse.cache(), FastKvCache.class);
                yield new Segment(first, tokens, plan.start(), cache.length(), plan.start(), cache.memory(), 0, cache);
            }
        };
    }

    /** Cuts a sequence's attention into items whose scores fit the cache, at least one per worker where there are enough heads. */
    private void deal(Segment segment) {
        int rows = config.groups() * segment.tokens();
        int fitting = (int) Math.max(1, SCORE_BYTES / ((long) segment.attended() * kind.bytes()));
        if (rows <= fitting) {
            int perItem = Math.max(1, Math.min(fitting / rows, Math.ceilDiv(config.kvHeads(), team.size())));
            for (int head = 0; head < config.kvHeads(); head += perItem) {
                items.add(new Item(segment, head, Math.min(perItem, config.kvHeads() - head), 0, rows));
            }
            return;
        }
        int tiles = Math.ceilDiv(rows, Math.max(32, fitting));
        for (int head = 0; head < config.kvHeads(); head++) {
            for (int tile = 0; tile < tiles; tile++) {
                int from = (int) ((long) rows * tile / tiles);
                int to = (int) ((long) rows * (tile + 1) / tiles);
                items.add(new Item(segment, head, 1, from, to - from));
            }
        }
    }

    /** Norms, turns and lays out the heads that a worker's own columns of the joined projection hold. */
    void prepare(int layerIndex, Layer layer, Sharded qkv, int worker, Heads heads, Rotary rotary, float[] rowScale) {
        int units = config.heads() + 2 * config.kvHeads();
        int firstUnit = team.from(worker, units);
        int lastUnit = team.from(worker + 1, units);
        int width = (lastUnit - firstUnit) * config.headDim();
        for (Segment segment : segments) {
            for (int unit = firstUnit; unit < lastUnit; unit++) {
                for (int t = 0; t < segment.tokens(); t++) {
                    int row = segment.firstToken() + t;
                    long first = (long) row * width + (long) (unit - firstUnit) * config.headDim();
                    prepareHead(layerIndex, layer, qkv, worker, heads, rotary, rowScale[row], segment, unit, t, first);
                }
            }
        }
    }

    private void prepareHead(
            int layerIndex,
            Layer layer,
            Sharded qkv,
            int worker,
            Heads heads,
            Rotary rotary,
            float rowScale,
            Segment segment,
            int unit,
            int t,
            long first) {
        int headDim = config.headDim();
        int n = config.heads();
        int k = config.kvHeads();
        boolean isQuery = unit < n;
        boolean isValue = unit >= n + k;
        int head = isQuery ? unit : isValue ? unit - n - k : unit - n;
        long target = isQuery
                ? ((long) segment.firstToken() * n + (long) head * segment.tokens() + t) * headDim
                : segment.keys(layerIndex)
                        + (isValue ? (long) k * segment.attended() * headDim : 0)
                        + ((long) head * segment.attended() + segment.keyIndex() + t) * headDim;
        heads.prepare(
                qkv.parts()[worker],
                qkv.kind(),
                first,
                rowScale,
                layer.qkvBias(),
                unit * headDim,
                isQuery ? layer.qNorm() : isValue ? NONE : layer.kNorm(),
                config.normEps(),
                isValue ? NONE : rotary.cos(),
                rotary.sin(),
                (segment.start() + t) * rotary.half(),
                isQuery ? (float) (1 / Math.sqrt(headDim)) : 1,
                isQuery ? queries : segment.keyValues(),
                kind,
                target);
    }

    private static final float[] NONE = new float[0];

    /** Runs a worker's items of one layer; results lie like the queries, not yet divided by the softmax sums. */
    void mix(int layerIndex, int worker) {
        int from = team.from(worker, items.size());
        int to = team.from(worker + 1, items.size());
        for (int i = from; i < to; i++) {
            try (Scope _ = Scope.open()) {
                mix(layerIndex, worker, items.get(i));
            }
        }
    }

    private void mix(int layerIndex, int worker, Item item) {
        Segment segment = item.segment();
        int headDim = config.headDim();
        int attended = segment.attended();
        int rowsPerHead = config.groups() * segment.tokens();
        long queryRow = (long) segment.firstToken() * config.heads() + (long) item.kvHead() * rowsPerHead + item.row();
        long kv = segment.keys(layerIndex) + (long) item.kvHead() * attended * headDim;
        long valueOffset = (long) config.kvHeads() * attended * headDim;
        int heads = item.kvHeads();
        long scoreCount = (long) heads * item.rows() * attended;
        MemorySegment scores = workspace.scores(worker, scoreCount * kind.bytes());

        Tensor q = view(queries, queryRow * headDim, heads, item.rows(), headDim);
        Tensor k = view(segment.keyValues(), kv, heads, attended, headDim);
        Tensor v = view(segment.keyValues(), kv + valueOffset, heads, attended, headDim);
        Tensor s = view(scores, 0, heads, item.rows(), attended);
        Tensor out = view(mixed, queryRow * headDim, heads, item.rows(), headDim);
        Tensor.batchedProductInto(s, q, k.transpose(1, 2));
        Softmax.exponentiate(
                scores, kind, 0, heads * item.rows(), attended, workspace.inverseSums(), Math.toIntExact(queryRow));
        Tensor.batchedProductInto(out, s, v);
    }

    private Tensor view(MemorySegment memory, long first, long a, long b, long c) {
        return Tensor.view(
                memory.asSlice(first * kind.bytes(), a * b * c * kind.bytes()), FastPass.dtype(kind), a, b, c);
    }

    /** Brings packed rows [from, to) back into token order, [T, N*H], for the output projection. */
    void gather(Rows rows, int from, int to, MemorySegment out, Kind outKind, float[] outScale) {
        for (Segment segment : segments) {
            int first = Math.max(from, segment.firstToken());
            int last = Math.min(to, segment.firstToken() + segment.tokens());
            int headRow = segment.firstToken() * config.heads();
            for (int row = first; row < last; row++) {
                rows.gatherHeads(
                        mixed,
                        kind,
                        (long) headRow * config.headDim(),
                        workspace.inverseSums(),
                        headRow,
                        config.heads(),
                        config.headDim(),
                        row - segment.firstToken(),
                        segment.tokens(),
                        out,
                        outKind,
                        outScale,
                        row);
            }
        }
    }
}
