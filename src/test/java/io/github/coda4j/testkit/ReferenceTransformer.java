package io.github.coda4j.testkit;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.kernel.LogitsRow;
import io.github.coda4j.kernel.RowProposal;
import io.github.coda4j.kernel.RowRule;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * The transformer in plain Java and double precision: the independent judge of the fast ones, and a network for
 * decoding tests that need no libtorch. For checkpoints of toy size.
 */
public final class ReferenceTransformer implements Denoiser {
    // T tokens run, L positions attended to, D hidden, H head size, F feed-forward size, V vocabulary; matrices
    // row-major.

    private static final int LANES = DoubleVector.SPECIES_PREFERRED.length();

    private record Linear(double[] weight, double[] bias, int numIn, int numOut) {
        /** [rows, in] to [rows, out]; the weight is kept [in, out]. */
        double[] apply(double[] x) {
            int rows = x.length / numIn;
            double[] y = new double[rows * numOut];
            for (int o = 0; o < numOut; o += LANES) {
                VectorMask<Double> mask = DoubleVector.SPECIES_PREFERRED.indexInRange(o, numOut);
                int row = 0;
                for (; row + 4 <= rows; row += 4) {
                    fourRows(x, y, row, o, mask);
                }
                for (; row < rows; row++) {
                    oneRow(x, y, row, o, mask);
                }
            }
            return y;
        }

        private void fourRows(double[] x, double[] y, int row, int o, VectorMask<Double> mask) {
            DoubleVector sum0 = DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, bias, o, mask);
            DoubleVector sum1 = sum0;
            DoubleVector sum2 = sum0;
            DoubleVector sum3 = sum0;
            int at = row * numIn;
            for (int i = 0; i < numIn; i++) {
                DoubleVector w = DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, weight, i * numOut + o, mask);
                sum0 = w.fma(broadcast(x[at + i]), sum0);
                sum1 = w.fma(broadcast(x[at + numIn + i]), sum1);
                sum2 = w.fma(broadcast(x[at + 2 * numIn + i]), sum2);
                sum3 = w.fma(broadcast(x[at + 3 * numIn + i]), sum3);
            }
            sum0.intoArray(y, row * numOut + o, mask);
            sum1.intoArray(y, (row + 1) * numOut + o, mask);
            sum2.intoArray(y, (row + 2) * numOut + o, mask);
            sum3.intoArray(y, (row + 3) * numOut + o, mask);
        }

        private static DoubleVector broadcast(double value) {
            return DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, value);
        }

        private void oneRow(double[] x, double[] y, int row, int o, VectorMask<Double> mask) {
            DoubleVector sum = DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, bias, o, mask);
            for (int i = 0; i < numIn; i++) {
                sum = DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, weight, i * numOut + o, mask)
                        .fma(broadcast(x[row * numIn + i]), sum);
            }
            sum.intoArray(y, row * numOut + o, mask);
        }
    }

    private record Layer(
            double[] inputNorm,
            double[] postNorm,
            Linear q,
            Linear k,
            Linear v,
            Linear o,
            Optional<double[]> qNorm,
            Optional<double[]> kNorm,
            Linear gate,
            Linear up,
            Linear down) {}

    /** Keys (rotated) and values of every layer, [length, kv heads * H] each. */
    private static final class Cache implements KvCache {
        private final int length;
        private final double[][] keys;
        private final double[][] values;
        private boolean filled;

        Cache(int length, int numLayers, int width) {
            this.length = length;
            this.keys = new double[numLayers][length * width];
            this.values = new double[numLayers][length * width];
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public long bytes() {
            return length();
        }

        @Override
        public float[] deepestValues(int start, int end) {
            double[] last = values[values.length - 1]; // [L, K * H]
            int width = last.length / length;
            float[] part = new float[(end - start) * width];
            for (int i = 0; i < part.length; i++) {
                part[i] = (float) last[start * width + i];
            }
            return part;
        }

        @Override
        public void close() {}
    }

    private final JsonNode config;
    private final Map<String, float[]> tensors = new HashMap<>();
    private final Map<String, int[]> shapes = new HashMap<>();
    private final List<Layer> layers = new ArrayList<>();
    private final double[] finalNorm;
    private final Linear head;
    private final float[] embedding;
    private final int hidden;
    private final int numHeads;
    private final int numKvHeads;
    private final int headDim;
    private final double eps;
    /** Of the rotary angles, [positions, H / 2]. */
    private final double[] cos;

    private final double[] sin;

    private ReferenceTransformer(Path folder) throws IOException {
        config = new ObjectMapper().readTree(folder.resolve("config.json").toFile());
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.getFileName().toString().matches("model.*\\.safetensors"))
                    .forEach(this::readAll);
        }
        hidden = integer("hidden_size");
        numHeads = integer("num_attention_heads");
        numKvHeads = integer("num_key_value_heads");
        headDim = integer("head_dim");
        eps = config.get("rms_norm_eps").doubleValue();
        cos = new double[maxPositions() * headDim / 2];
        sin = new double[cos.length];
        fillAngles();
        embedding = tensors.get("model.embed_tokens.weight");
        finalNorm = vector("model.norm.weight");
        head = linear(tensors.containsKey("lm_head.weight") ? "lm_head" : "model.embed_tokens");
        for (int n = 0; n < integer("num_hidden_layers"); n++) {
            String layer = "model.layers." + n + ".";
            layers.add(new Layer(
                    vector(layer + "input_layernorm.weight"),
                    vector(layer + "post_attention_layernorm.weight"),
                    linear(layer + "self_attn.q_proj"),
                    linear(layer + "self_attn.k_proj"),
                    linear(layer + "self_attn.v_proj"),
                    linear(layer + "self_attn.o_proj"),
                    optional(layer + "self_attn.q_norm.weight"),
                    optional(layer + "self_attn.k_norm.weight"),
                    linear(layer + "mlp.gate_proj"),
                    linear(layer + "mlp.up_proj"),
                    linear(layer + "mlp.down_proj")));
        }
    }

    /** Opens one of the golden models, for example {@code "a-untied"}. */
    public static ReferenceTransformer golden(String model) {
        return open(Goldens.path("model/" + model));
    }

    /** Opens a folder; heads are normed and biases added where it has tensors for it. */
    public static ReferenceTransformer open(Path folder) {
        try {
            return new ReferenceTransformer(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int maskId() {
        return integer("mask_token_id");
    }

    @Override
    public Alignment alignment() {
        return Alignment.parse(config.path("logits_alignment").asText("shifted"));
    }

    @Override
    public int vocabSize() {
        return integer("vocab_size");
    }

    @Override
    public int maxPositions() {
        return integer("max_position_embeddings");
    }

    @Override
    public KvCache newCache(int length) {
        return new Cache(length, layers.size(), numKvHeads * headDim);
    }

    @Override
    public KvCache moved(KvCache cache, int[] from) {
        Cache old = (Cache) cache;
        check(old.filled, "the cache was never filled");
        int width = numKvHeads * headDim;
        Cache moved = new Cache(from.length, layers.size(), width);
        moved.filled = true;
        for (int n = 0; n < layers.size(); n++) {
            for (int i = 0; i < from.length; i++) {
                if (from[i] >= 0) {
                    System.arraycopy(old.values[n], from[i] * width, moved.values[n], i * width, width);
                    turn(old.keys[n], from[i] * width, moved.keys[n], i * width, i - from[i]);
                }
            }
        }
        return moved;
    }

    /** All heads of one position, turned as if it stood so much further on. */
    private void turn(double[] keys, int first, double[] out, int outFirst, int distance) {
        int half = headDim / 2;
        for (int head = 0; head < numKvHeads; head++) {
            for (int i = 0; i < half; i++) {
                double c = cos[Math.abs(distance) * half + i];
                double s = Math.signum(distance) * sin[Math.abs(distance) * half + i];
                double a = keys[first + head * headDim + i];
                double b = keys[first + head * headDim + half + i];
                out[outFirst + head * headDim + i] = a * c - b * s;
                out[outFirst + head * headDim + half + i] = b * c + a * s;
            }
        }
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> plans) {
        return plans.parallelStream().map(this::propose).toList();
    }

    @Override
    public void close() {}

    /** The raw, unshifted logits [T, V] of tokens that are run from position {@code start} on. */
    public float[] logits(int[] ids, int start, CacheAccess access) {
        return toFloats(head.apply(norm(run(ids, start, access), finalNorm)));
    }

    private Proposals propose(ForwardPlan plan) {
        double[] states = run(plan.ids(), plan.start(), plan.cache());
        Proposals proposals = new Proposals(plan.positions());
        double[] rows = new double[proposals.size() * hidden];
        for (int i = 0; i < proposals.size(); i++) {
            int row = alignment() == Alignment.IN_PLACE
                    ? plan.positions()[i] - plan.start()
                    : Math.max(plan.positions()[i] - 1 - plan.start(), 0);
            System.arraycopy(states, row * hidden, rows, i * hidden, hidden);
        }
        float[] logits = toFloats(head.apply(norm(rows, finalNorm)));
        Sampling sampling = plan.sampling();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, logits);
            for (int i = 0; i < proposals.size(); i++) {
                RowProposal row = LogitsRow.reduce(
                        memory,
                        4L * vocabSize() * i,
                        vocabSize(),
                        new RowRule(sampling.temperature(), sampling.topP(), sampling.topK(), sampling.excludedToken()),
                        CounterRandom.uniform(plan.drawKey(), plan.positions()[i]));
                proposals.tokens()[i] = row.token();
                proposals.probability()[i] = row.probability();
                proposals.margin()[i] = row.margin();
                proposals.negativeEntropy()[i] = row.negativeEntropy();
            }
        }
        return proposals;
    }

    /** Hidden states [T, D] after the last layer, before the final norm. */
    private double[] run(int[] ids, int start, CacheAccess access) {
        boolean local = access instanceof CacheAccess.None;
        Cache cache = switch (access) {
            case CacheAccess.None() -> (Cache) newCache(ids.length);
            case CacheAccess.Fill(KvCache given) -> (Cache) given;
            case CacheAccess.Reuse(KvCache given) -> (Cache) given;
            case CacheAccess.Append(KvCache given, BlockGrid _) -> (Cache) given;
        };
        Optional<BlockGrid> grid =
                access instanceof CacheAccess.Append append ? Optional.of(append.grid()) : Optional.empty();
        check(cache.filled || !(access instanceof CacheAccess.Reuse), "the cache was never filled");
        check(start + ids.length <= cache.length || local, "the cache holds %d positions", cache.length);
        double[] x = new double[ids.length * hidden];
        for (int t = 0; t < ids.length; t++) {
            for (int d = 0; d < hidden; d++) {
                x[t * hidden + d] = embedding[ids[t] * hidden + d];
            }
        }
        for (int n = 0; n < layers.size(); n++) {
            attend(layers.get(n), x, start, cache.keys[n], cache.values[n], local ? 0 : start, grid);
            feedForward(layers.get(n), x);
        }
        cache.filled = true;
        return x;
    }

    /** Adds attention to x [T, D]; the new keys and values go to row {@code storeAt} and on of what is attended to. */
    private void attend(
            Layer layer, double[] x, int start, double[] keys, double[] values, int storeAt, Optional<BlockGrid> grid) {
        double[] h = norm(x, layer.inputNorm);
        double[] q = rotate(normIfAny(layer.q.apply(h), layer.qNorm), numHeads, start);
        double[] k = rotate(normIfAny(layer.k.apply(h), layer.kNorm), numKvHeads, start);
        double[] v = layer.v.apply(h);
        int width = numKvHeads * headDim;
        System.arraycopy(k, 0, keys, storeAt * width, k.length);
        System.arraycopy(v, 0, values, storeAt * width, v.length);
        double[] mixed = new double[q.length];
        double[] scores = new double[keys.length / width];
        for (int query = 0; query < q.length / headDim; query++) {
            int kvHead = query % numHeads / (numHeads / numKvHeads);
            int position = start + query / numHeads;
            int end = start + x.length / hidden;
            int visible =
                    grid.map(blocks -> Math.min(blocks.end(position), end)).orElse(scores.length);
            softmaxScores(q, query * headDim, keys, kvHead * headDim, width, scores, visible);
            for (int l = 0; l < visible; l++) {
                axpy(scores[l], values, l * width + kvHead * headDim, mixed, query * headDim, headDim);
            }
        }
        add(x, layer.o.apply(mixed));
    }

    private void softmaxScores(double[] q, int qAt, double[] keys, int kAt, int width, double[] scores, int visible) {
        double max = Double.NEGATIVE_INFINITY;
        for (int l = 0; l < visible; l++) {
            double dot = 0;
            for (int d = 0; d < headDim; d++) {
                dot += q[qAt + d] * keys[l * width + kAt + d];
            }
            scores[l] = dot / Math.sqrt(headDim);
            max = Math.max(max, scores[l]);
        }
        double sum = 0;
        for (int l = 0; l < visible; l++) {
            scores[l] = Math.exp(scores[l] - max);
            sum += scores[l];
        }
        for (int l = 0; l < visible; l++) {
            scores[l] /= sum;
        }
    }

    private void feedForward(Layer layer, double[] x) {
        double[] h = norm(x, layer.postNorm);
        double[] gate = layer.gate.apply(h);
        double[] up = layer.up.apply(h);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        add(x, layer.down.apply(gate));
    }

    /** The heads as they are where the checkpoint has no norm for them. */
    private double[] normIfAny(double[] x, Optional<double[]> weight) {
        return weight.map(w -> norm(x, w)).orElse(x);
    }

    /** Root-mean-square norm of every run of {@code weight.length} numbers. */
    private double[] norm(double[] x, double[] weight) {
        double[] y = new double[x.length];
        int n = weight.length;
        for (int at = 0; at < x.length; at += n) {
            double squares = 0;
            for (int i = 0; i < n; i++) {
                squares += x[at + i] * x[at + i];
            }
            double scale = 1 / Math.sqrt(squares / n + eps);
            for (int i = 0; i < n; i++) {
                y[at + i] = x[at + i] * scale * weight[i];
            }
        }
        return y;
    }

    /** Rotary embedding of [T, heads, H] in the half-split form, in place. */
    private double[] rotate(double[] x, int heads, int start) {
        int half = headDim / 2;
        for (int row = 0; row < x.length / headDim; row++) {
            int angles = (start + row / heads) * half;
            for (int i = 0; i < half; i++) {
                int at = row * headDim + i;
                double a = x[at];
                double b = x[at + half];
                x[at] = a * cos[angles + i] - b * sin[angles + i];
                x[at + half] = b * cos[angles + i] + a * sin[angles + i];
            }
        }
        return x;
    }

    private void fillAngles() {
        double theta = config.get("rope_theta").doubleValue();
        int half = headDim / 2;
        for (int i = 0; i < cos.length; i++) {
            double angle = i / half * Math.pow(theta, -2.0 * (i % half) / headDim);
            cos[i] = Math.cos(angle);
            sin[i] = Math.sin(angle);
        }
    }

    private static void axpy(double a, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += a * x[xAt + i];
        }
    }

    private static void add(double[] x, double[] y) {
        axpy(1, y, 0, x, 0, x.length);
    }

    private static float[] toFloats(double[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (float) x[i];
        }
        return y;
    }

    private void readAll(Path file) {
        TensorFile tensorFile = TensorFile.read(file);
        for (String name : tensorFile.names()) {
            tensors.put(name, tensorFile.floats(name));
            shapes.put(name, tensorFile.shape(name));
        }
    }

    private int integer(String key) {
        return config.get(key).intValue();
    }

    private Optional<double[]> optional(String name) {
        return tensors.containsKey(name) ? Optional.of(vector(name)) : Optional.empty();
    }

    private double[] vector(String name) {
        float[] stored = tensors.get(name);
        double[] values = new double[stored.length];
        Arrays.setAll(values, i -> stored[i]);
        return values;
    }

    /** A stored [out, in] matrix, transposed, with its bias or zeros. */
    private Linear linear(String name) {
        float[] stored = tensors.get(name + ".weight");
        int numOut = shapes.get(name + ".weight")[0];
        int numIn = shapes.get(name + ".weight")[1];
        double[] weight = new double[stored.length];
        for (int o = 0; o < numOut; o++) {
            for (int i = 0; i < numIn; i++) {
                weight[i * numOut + o] = stored[o * numIn + i];
            }
        }
        double[] bias = tensors.containsKey(name + ".bias") ? vector(name + ".bias") : new double[numOut];
        return new Linear(weight, bias, numIn, numOut);
    }
}
