package io.github.coda4j.model;

import static io.github.coda4j.tensor.Tensor.ANY;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The model in libtorch's own operations: any device, F32 or BF16, differentiable. The reference that the fast one is
 * compared with, and the one that is trained. Sequences of one forward run one after another.
 */
public final class PlainTransformer implements Transformer {
    // T tokens run, L positions attended to, D hidden, N query heads, K key/value heads, H head dimension,
    // V vocabulary, R rows of logits at a time

    /** Rows of logits that are held at a time. */
    private static final int ROWS_AT_A_TIME = 64;

    private final ModelConfig config;
    private final Map<String, Tensor> weights;
    private final Tensor head;
    private final Device device;
    private final DType dtype;
    private final PlainLayer layer;
    private final int threads;
    private final Closing closing = new Closing();

    private PlainTransformer(
            ModelConfig config, Map<String, Tensor> weights, String headName, Device device, DType dtype, int threads) {
        this.config = config;
        this.weights = weights;
        this.head = weights.get(headName);
        this.device = device;
        this.dtype = dtype;
        this.layer = new PlainLayer(config, device, dtype);
        this.threads = threads;
    }

    static PlainTransformer load(ModelConfig config, WeightSource source, LoadOptions options) {
        source.quantized().ifPresent(stored -> {
            throw new IllegalArgumentException(
                    "the checkpoint is " + stored + ", which runs in the fast engine with --dtype " + stored);
        });
        DType dtype = dtype(options.format());
        Map<String, Tensor> weights = new HashMap<>();
        boolean ownHead = source.headName().equals(Parameters.HEAD);
        try {
            for (var spec : Parameters.of(config, ownHead)) {
                try (Scope scope = Scope.open()) {
                    Tensor loaded = Tensor.empty(dtype, Device.CPU, spec.shape());
                    source.readRows(spec.name(), 0, spec.shape()[0], dtype, loaded.memory());
                    weights.put(spec.name(), scope.detach(loaded.to(options.device())));
                }
            }
        } catch (RuntimeException | Error e) {
            weights.values().forEach(Tensor::close);
            throw e;
        }
        return new PlainTransformer(config, weights, source.headName(), options.device(), dtype, options.threads());
    }

    /**
     * What tensors of a floating format hold, here and in training.
     *
     * @throws IllegalArgumentException when the format is another
     */
    public static DType dtype(WeightFormat format) {
        return format.tensorType().orElseThrow(() -> new IllegalArgumentException("there are no tensors of " + format));
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public KvCache newCache(int length) {
        try (Scope scope = Scope.open()) {
            List<Tensor> keys = new ArrayList<>();
            List<Tensor> values = new ArrayList<>();
            for (int i = 0; i < config.layers(); i++) {
                keys.add(scope.detach(Tensor.zeros(dtype, device, config.kvHeads(), length, config.headDim())));
                values.add(scope.detach(Tensor.zeros(dtype, device, config.kvHeads(), length, config.headDim())));
            }
            return new PlainKvCache(length, keys, values);
        }
    }

    @Override
    public synchronized KvCache moved(KvCache cache, int[] from) {
        closing.checkOpen("the model");
        PlanChecks.checkMoved(cache, from);
        PlainKvCache stored = PlanChecks.own(cache, PlainKvCache.class);
        try (Scope _ = Scope.open()) {
            PlainKvCache target = (PlainKvCache) newCache(from.length);
            for (int first = 0; first < from.length; ) {
                int end = MovedRun.end(from, first);
                if (from[first] >= 0) {
                    PlainLayer.Angles turn = layer.turn(first - from[first], end - first);
                    for (int i = 0; i < config.layers(); i++) {
                        Tensor k = stored.keys(i).narrow(1, from[first], end - first); // [K, T, H]
                        Tensor turned = k.to(DType.F32).rotate(turn.cos(), turn.sin());
                        target.put(i, first, turned.to(dtype), stored.values(i).narrow(1, from[first], end - first));
                    }
                }
                first = end;
            }
            return target;
        }
    }

    @Override
    public synchronized float[] logits(int[] ids, int start, CacheAccess cache) {
        PlanChecks.check(config, new ForwardPlan(ids, start, cache, new int[0], Sampling.GREEDY, 0));
        try (Scope _ = Scope.open()) {
            return output(hidden(ids, start, cache)).toFloats(); // [T, V]
        }
    }

    @Override
    public synchronized List<Proposals> forward(List<ForwardPlan> plans) {
        plans.forEach(plan -> PlanChecks.check(config, plan));
        return plans.stream().map(this::forward).toList();
    }

    private Proposals forward(ForwardPlan plan) {
        Proposals proposals = Proposals.of(plan);
        int[] rows = Proposer.rows(plan, config.alignment());
        try (Scope _ = Scope.open()) {
            Tensor hidden = hidden(plan.ids(), plan.start(), plan.cache()); // [T, D]
            for (int first = 0; first < rows.length; first += ROWS_AT_A_TIME) {
                int count = Math.min(ROWS_AT_A_TIME, rows.length - first);
                propose(plan, hidden, rows, first, count, proposals);
            }
        }
        return proposals;
    }

    private void propose(ForwardPlan plan, Tensor hidden, int[] rows, int first, int count, Proposals out) {
        try (Scope _ = Scope.open()) {
            int[] part = Arrays.copyOfRange(rows, first, first + count);
            Tensor index = Tensor.of(part, count).to(device); // [R]
            Tensor logits = output(hidden.indexSelect(0, index)) // [R, D] to [R, V]
                    .to(Device.CPU)
                    .to(DType.F32)
                    .contiguous(); // [R, V]
            MemorySegment memory = logits.memory();
            for (int i = 0; i < count; i++) {
                long offset = (long) i * config.vocabSize() * Float.BYTES;
                Proposer.propose(plan, first + i, memory, offset, config.vocabSize(), out);
            }
        }
    }

    /**
     * The residual stream after each layer for one sequence: entry 0 is the embedding, the last one is normed. For
     * comparisons.
     */
    public synchronized List<float[]> hiddenStates(int[] ids) {
        closing.checkOpen("the model");
        List<float[]> states = new ArrayList<>();
        try (Scope _ = Scope.open()) {
            Tensor x = embed(ids);
            states.add(x.toFloats());
            PlainLayer.Angles angles = layer.angles(0, ids.length);
            for (int i = 0; i < config.layers(); i++) {
                x = layer(i, x, angles, CacheAccess.NONE, 0);
                states.add(x.toFloats());
            }
            states.add(layer.norm(x, weights.get(Parameters.FINAL_NORM)).toFloats());
        }
        return states;
    }

    private Tensor hidden(int[] ids, int start, CacheAccess cache) {
        closing.checkOpen("the model");
        Libtorch.setThreads(threads);
        try (Scope scope = Scope.open()) {
            Tensor x = embed(ids); // [T, D]
            PlainLayer.Angles angles = layer.angles(start, start + ids.length);
            for (int i = 0; i < config.layers(); i++) {
                try (Scope inner = Scope.open()) {
                    x = inner.keep(layer(i, x, angles, cache, start)); // [T, D]
                }
            }
            return scope.keep(x);
        }
    }

    /** Ids [T] to F32 [T, D]. */
    private Tensor embed(int[] ids) {
        return weights.get(Parameters.EMBEDDING)
                .embed(Tensor.of(ids, ids.length).to(device))
                .to(DType.F32);
    }

    private Tensor layer(int i, Tensor x, PlainLayer.Angles angles, CacheAccess cache, int start) {
        return layer.forward(x, angles, rest -> weights.get(Parameters.layer(i, rest)), (q, k, v) -> {
            if (cache instanceof CacheAccess.None) {
                return layer.attention(q, k, v);
            }
            PlainKvCache stored = PlanChecks.own(
                    switch (cache) {
                        case CacheAccess.None _ -> throw new AssertionError();
                        case CacheAccess.Fill fill -> fill.cache();
                        case CacheAccess.Reuse reuse -> reuse.cache();
                        case CacheAccess.Append append -> append.cache();
                    },
                    PlainKvCache.class);
            stored.put(i, start, k, v);
            return cache instanceof CacheAccess.Append(KvCache _, BlockGrid grid)
                    ? layer.attention(q, stored.keys(i), stored.values(i), start, grid)
                    : layer.attention(q, stored.keys(i), stored.values(i)); // keys [K, L, H]
        });
    }

    /** F32 [R, D] to [R, V]. */
    private Tensor output(Tensor hidden) {
        assert hidden.hasShape(ANY, config.hidden()) : Arrays.toString(hidden.shape());
        return layer.norm(hidden, weights.get(Parameters.FINAL_NORM)).to(dtype).linear(head);
    }

    @Override
    public synchronized void close() {
        closing.once(() -> weights.values().forEach(Tensor::close));
    }

    /** Keys and values per layer, [K, L, H] each. */
    private record PlainKvCache(int length, List<Tensor> allKeys, List<Tensor> allValues) implements KvCache {
        /** Replaces those of positions from {@code start} on by [K, T, H]. */
        void put(int layer, int start, Tensor k, Tensor v) {
            assert start >= 0 && start + k.size(1) <= length : start + " and " + k.size(1) + " more of " + length;
            allKeys.get(layer).narrow(1, start, k.size(1)).assign(k);
            allValues.get(layer).narrow(1, start, v.size(1)).assign(v);
        }

        Tensor keys(int layer) {
            return allKeys.get(layer);
        }

        Tensor values(int layer) {
            return allValues.get(layer);
        }

        @Override
        public long bytes() {
            Tensor keys = allKeys.getFirst(); // [K, L, H]
            return 2L
                    * allKeys.size()
                    * keys.size(0)
                    * keys.size(1)
                    * keys.size(2)
                    * keys.dtype().bytes();
        }

        @Override
        public float[] deepestValues(int start, int end) {
            try (Scope _ = Scope.open()) {
                return allValues
                        .getLast()
                        .narrow(1, start, end - start)
                        .transpose(0, 1) // [K, T, H] to [T, K, H]
                        .to(DType.F32)
                        .to(Device.CPU)
                        .contiguous()
                        .toFloats();
            }
        }

        @Override
        public void close() {
            allKeys.forEach(Tensor::close);
            allValues.forEach(Tensor::close);
        }
    }
}
