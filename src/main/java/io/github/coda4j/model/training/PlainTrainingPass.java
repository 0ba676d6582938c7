package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;
import static io.github.coda4j.tensor.Tensor.ANY;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.PlainLayer;
import io.github.coda4j.tensor.Autograd;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Forward in libtorch's own operations and backward by its autograd, one layer at a time, on any device: the twin that
 * faster passes are compared with. Each layer has a graph of its own, so that its gradients are final as soon as its
 * backward is done, and so that with recompute only the layers' inputs are kept (Chen et al. 2016, "Training deep nets
 * with sublinear memory cost").
 */
public final class PlainTrainingPass implements TrainingPass {
    // M tokens run, D hidden, N query heads, K key/value heads, H head dimension, L tokens of a document,
    // V vocabulary, C positions that count

    private final ModelConfig config;
    private final ParameterStore parameters;
    private final Device device;
    private final DType dtype;
    private final int threads;
    private final boolean recompute;
    private final PlainLayer layer;
    private final PlainOutput output;
    private final List<List<String>> names;

    /**
     * A pass over the given parameters, which it does not own.
     *
     * @param dtype of the products: F32 or BF16; parameters, norms, softmax, residual stream, loss and gradients are
     *     F32
     * @param threads that libtorch may use on the CPU
     * @param recompute whether the backward pass computes each layer's inner values again and keeps only its input
     */
    public PlainTrainingPass(
            ModelConfig config, ParameterStore parameters, DType dtype, int threads, boolean recompute) {
        check(dtype == DType.F32 || dtype == DType.BF16, "training computes in F32 or BF16, not in %s", dtype);
        this.config = config;
        this.parameters = parameters;
        this.device = parameters.values().device();
        this.dtype = dtype;
        this.threads = threads;
        this.recompute = recompute;
        this.layer = new PlainLayer(config, device, dtype);
        this.output = new PlainOutput(parameters, layer, dtype);
        this.names = IntStream.range(0, config.layers())
                .mapToObj(i -> layerNames(parameters, i))
                .toList();
    }

    private static List<String> layerNames(ParameterStore parameters, int index) {
        String prefix = Parameters.layer(index, "");
        return parameters.slices().stream()
                .map(ParameterStore.Slice::name)
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public ParameterStore parameters() {
        return parameters;
    }

    @Override
    public LossSums accumulate(MaskedBatch batch, double scale, GradientListener listener) {
        Libtorch.setThreads(threads);
        try (Scope _ = Scope.open()) {
            Prepared prepared = prepare(batch);
            Tensor x = embed(prepared); // F32 [M, D]
            List<Recorded> layers = new ArrayList<>();
            for (int i = 0; i < config.layers(); i++) {
                layers.add(recompute ? new Recorded(x, run(i, x, prepared), Map.of()) : record(i, x, prepared));
                x = Autograd.constant(layers.getLast().output());
            }
            Tensor dx = Tensor.zeros(DType.F32, device, x.shape()); // [M, D]
            LossSums sums = output.backward(x, prepared.tokens().targets(), batch, scale, dx);
            if (parameters.ownHead()) {
                listener.ready(parameters.slice(Parameters.HEAD));
            }
            listener.ready(parameters.slice(Parameters.FINAL_NORM));
            for (int i = config.layers() - 1; i >= 0; i--) {
                dx = backward(i, layers.removeLast(), dx, prepared); // [M, D]
                for (String name : names.get(i)) {
                    listener.ready(parameters.slice(Parameters.layer(i, name)));
                }
            }
            embedBackward(prepared, dx);
            listener.ready(parameters.slice(Parameters.EMBEDDING));
            return sums;
        }
    }

    @Override
    public LossSums evaluate(MaskedBatch batch) {
        Libtorch.setThreads(threads);
        try (Scope _ = Scope.open()) {
            Prepared prepared = prepare(batch);
            Tensor x = embed(prepared); // F32 [M, D]
            for (int i = 0; i < config.layers(); i++) {
                x = run(i, x, prepared);
            }
            return output.forward(x, prepared.tokens().targets(), batch);
        }
    }

    /** What every layer needs of a batch; the angles are [M, H]. */
    private record Prepared(RunTokens tokens, PlainLayer.Angles angles) {
        int[] ids() {
            return tokens.ids();
        }
    }

    /** A layer after its forward: its input and, unless it is computed again, the graph behind its output. */
    private record Recorded(Tensor input, Tensor output, Map<String, Tensor> leaves) {}

    private Prepared prepare(MaskedBatch batch) {
        RunTokens tokens = RunTokens.of(batch, config);
        PlainLayer.Angles angles = layer.angles(0, batch.length()); // [T, H]
        Tensor index = Tensor.of(tokens.positions(), tokens.positions().length).to(device); // [M]
        return new Prepared(
                tokens,
                new PlainLayer.Angles(
                        angles.cos().indexSelect(0, index), angles.sin().indexSelect(0, index))); // [M, H]
    }

    private Tensor embed(Prepared prepared) {
        int[] ids = prepared.ids();
        return parameters
                .value(Parameters.EMBEDDING)
                .embed(Tensor.of(ids, ids.length).to(device));
    }

    /** The padding token's row gets nothing from the input side. */
    private void embedBackward(Prepared prepared, Tensor dx) {
        int[] ids = prepared.ids();
        int[] counted = IntStream.range(0, ids.length)
                .filter(i ->
                        config.padId().isEmpty() || ids[i] != config.padId().getAsInt())
                .toArray();
        int[] tokens = Arrays.stream(counted).map(i -> ids[i]).toArray();
        assert dx.hasShape(ids.length, config.hidden()) : Arrays.toString(dx.shape());
        Tensor rows = dx.indexSelect(0, Tensor.of(counted, counted.length).to(device)); // [M, D] to [C, D]
        parameters
                .gradient(Parameters.EMBEDDING)
                .accumulateRows(Tensor.of(tokens, tokens.length).to(device), rows);
    }

    /** The layer's output without a graph. */
    private Tensor run(int i, Tensor x, Prepared prepared) {
        try (Scope scope = Scope.open()) {
            return scope.keep(forward(x, prepared, name -> parameters.value(Parameters.layer(i, name))));
        }
    }

    private Recorded record(int i, Tensor x, Prepared prepared) {
        try (Scope scope = Scope.open()) {
            Tensor input = scope.keep(Autograd.leaf(x));
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            for (String name : names.get(i)) {
                leaves.put(name, scope.keep(Autograd.leaf(parameters.value(Parameters.layer(i, name)))));
            }
            return new Recorded(input, scope.keep(forward(input, prepared, leaves::get)), leaves);
        }
    }

    private Tensor forward(Tensor x, Prepared prepared, Function<String, Tensor> weights) {
        assert x.hasShape(prepared.ids().length, config.hidden()) : Arrays.toString(x.shape());
        return layer.forward(x, prepared.angles(), weights, (q, k, v) -> { // [N, M, H] and [K, M, H]
            assert q.hasShape(config.heads(), prepared.ids().length, ANY) : Arrays.toString(q.shape());
            List<Tensor> mixed = prepared.tokens().runs().stream()
                    .flatMap(run -> attended(part(q, run), part(k, run), part(v, run), run.sight()))
                    .toList();
            return mixed.size() == 1 ? mixed.getFirst() : Tensor.concat(mixed, 1);
        });
    }

    /** A document of [N, M, H], [N, L, H]. */
    private static Tensor part(Tensor x, Run run) {
        return x.narrow(1, run.start(), run.length());
    }

    /** What the tokens of a document attend to, [N, G, H] of each group of them in their order. */
    private Stream<Tensor> attended(Tensor q, Tensor k, Tensor v, Sight sight) {
        return sight.groups().stream()
                .map(group -> layer.attention(
                        parts(q, List.of(group.tokens())), parts(k, group.seen()), parts(v, group.seen())));
    }

    /** Ranges of the tokens of [N, L, H], one after another. */
    private static Tensor parts(Tensor x, List<Sight.Range> ranges) {
        List<Tensor> parts = ranges.stream()
                .map(range -> x.narrow(1, range.from(), range.length()))
                .toList();
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(parts, 1);
    }

    /** Adds the layer's gradients and gives the gradient of its input; frees what was recorded. */
    private Tensor backward(int i, Recorded recorded, Tensor dy, Prepared prepared) {
        assert dy.hasShape(prepared.ids().length, config.hidden()) : Arrays.toString(dy.shape());
        try (Scope scope = Scope.open()) {
            Recorded graph = recompute ? record(i, recorded.input(), prepared) : recorded;
            List<Tensor> leaves = new ArrayList<>(List.of(graph.input()));
            leaves.addAll(graph.leaves().values());
            List<Tensor> gradients = Autograd.gradients(graph.output(), dy, leaves);
            int next = 1;
            for (String name : graph.leaves().keySet()) {
                parameters.gradient(Parameters.layer(i, name)).accumulate(gradients.get(next++));
            }
            recorded.output().close();
            recorded.input().close();
            recorded.leaves().values().forEach(Tensor::close);
            dy.close();
            return scope.keep(gradients.getFirst());
        }
    }

    @Override
    public void close() {
        // Parameters belong to the caller, everything else to one call.
    }
}
