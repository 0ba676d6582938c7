package io.github.coda4j.model;

import io.github.coda4j.Closing;
import io.github.coda4j.model.ShardRows.Slice;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.tensor.products.PackedLinear;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * The weights of {@link FastTransformer}: every product cut by output columns into one packed shard per worker,
 * streamed from the files layer by layer so that no second copy of the model is ever in memory.
 */
final class FastWeights implements AutoCloseable {
    // D hidden, N query heads, K key/value heads, H head dimension, F MLP width, V vocabulary;
    // a product is [outputs, inputs]

    /** Columns come in runs of this many, so that shards fit the vector units. */
    private static final int COLUMN_UNIT = 16;

    /** Packed weights are laid out in blocks of this size, each of many matrices. */
    private static final long BLOCK_BYTES = 64 << 20;

    private static final float[] NONE = new float[0];

    private final ModelConfig config;
    private final Numbers numbers;
    private final WeightSource source;
    private final Closing closing = new Closing();
    /** Of each worker. */
    private final LargePages[] pages;
    /** Of what stays in its file. */
    private final Arena mappings;
    /** All shards of all products. */
    private final List<PackedLinear> shards = Collections.synchronizedList(new ArrayList<>());

    private final Layer[] layers;
    private final Embedding embedding; // [V, D]
    private final float[] finalNorm; // [D]
    private final Product head; // [V, D]

    /**
     * One layer's products, norms and biases.
     *
     * @param inputNorm [D]
     * @param qkv [(N + 2K)*H, D]
     * @param qkvBias [(N + 2K)*H], or empty where the model has none
     * @param qNorm [H], or empty
     * @param kNorm [H], or empty
     * @param output [D, N*H]
     * @param outputBias [D], or empty
     * @param mlpNorm [D]
     * @param gateUp [2F, D]
     * @param down [D, F]
     */
    record Layer(
            float[] inputNorm,
            Product qkv,
            float[] qkvBias,
            float[] qNorm,
            float[] kNorm,
            Product output,
            float[] outputBias,
            float[] mlpNorm,
            Product gateUp,
            Product down) {}

    /**
     * A product cut by columns into one shard per worker: runs of columns, for gate and up of each half, for qkv of
     * heads.
     */
    record Product(PackedLinear[] shards, int inputs) {
        int[] widths() {
            return Arrays.stream(shards).mapToInt(PackedLinear::outputs).toArray();
        }

        DType outputType() {
            return shards[0].outputType();
        }
    }

    private FastWeights(ModelConfig config, Numbers numbers, WeightSource source, WorkerTeam team) {
        this.config = config;
        this.numbers = numbers;
        this.source = source;
        this.mappings = Arena.ofShared();
        this.pages = new LargePages[team.size()];
        Arrays.setAll(pages, worker -> new LargePages(BLOCK_BYTES));
        this.layers = new Layer[config.layers()];
        try {
            for (int i = 0; i < layers.length; i++) {
                layers[i] = loadLayer(i, team);
            }
            this.head = loadShards(
                    team,
                    config.hidden(),
                    worker -> columns(
                            team,
                            worker,
                            config.vocabSize(),
                            (from, to) -> List.of(new Slice(source.headName(), from, to - from))),
                    (rows, to) -> numbers.format().packHead(rows, numbers.paths(), to));
            this.finalNorm = source.floats(Parameters.FINAL_NORM);
            this.embedding = numbers.format().embedding(source, config, pages[0], mappings);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    static FastWeights load(ModelConfig config, Numbers numbers, WeightSource source, WorkerTeam team) {
        return new FastWeights(config, numbers, source, team);
    }

    /** How many workers can each have a share of every product. */
    static int usefulWorkers(ModelConfig config, int threads) {
        int columns = Math.min(Math.min(config.hidden(), config.intermediate()), config.vocabSize()) / COLUMN_UNIT;
        return Math.max(1, Math.min(threads, Math.min(columns, config.heads() + 2 * config.kvHeads())));
    }

    Layer layer(int index) {
        return layers[index];
    }

    Product head() {
        return head;
    }

    float[] finalNorm() {
        return finalNorm;
    }

    Embedding embedding() {
        return embedding;
    }

    private Layer loadLayer(int i, WorkerTeam team) {
        String attention = "self_attn.";
        Product qkv = loadProduct(team, i);
        Product output = loadColumns(
                team,
                config.hidden(),
                config.heads() * config.headDim(),
                Parameters.layer(i, attention + "o_proj.weight"));
        String gate = Parameters.layer(i, "mlp.gate_proj.weight");
        String up = Parameters.layer(i, "mlp.up_proj.weight");
        Product gateUp = loadProduct(
                team,
                config.intermediate(),
                config.hidden(),
                (from, to) -> List.of(new Slice(gate, from, to - from), new Slice(up, from, to - from)));
        Product down =
                loadColumns(team, config.hidden(), config.intermediate(), Parameters.layer(i, "mlp.down_proj.weight"));
        return new Layer(
                source.floats(Parameters.layer(i, "input_layernorm.weight")),
                qkv,
                config.kind().hasQkvBias() ? biases(i, "q_proj", "k_proj", "v_proj") : NONE,
                config.kind().qkNorm() ? source.floats(Parameters.layer(i, attention + "q_norm.weight")) : NONE,
                config.kind().qkNorm() ? source.floats(Parameters.layer(i, attention + "k_norm.weight")) : NONE,
                output,
                config.kind().hasOutputBias() ? biases(i, "o_proj") : NONE,
                source.floats(Parameters.layer(i, "post_attention_layernorm.weight")),
                gateUp,
                down);
    }

    private float[] biases(int i, String... names) {
        List<float[]> parts = new ArrayList<>();
        int length = 0;
        for (String name : names) {
            parts.add(source.floats(Parameters.layer(i, "self_attn." + name + ".bias")));
            length += parts.getLast().length;
        }
        float[] joined = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    private interface RowsOfShard {
        /** The stored rows that make up output columns [from, to). */
        List<Slice> rows(int from, int to);
    }

    private Product loadColumns(WorkerTeam team, int outputs, int inputs, String name) {
        return loadProduct(team, outputs, inputs, (from, to) -> List.of(new Slice(name, from, to - from)));
    }

    private Product loadProduct(WorkerTeam team, int outputs, int inputs, RowsOfShard rows) {
        return loadShards(team, inputs, worker -> columns(team, worker, outputs, rows), this::pack);
    }

    private static List<Slice> columns(WorkerTeam team, int worker, int outputs, RowsOfShard rows) {
        int units = outputs / COLUMN_UNIT;
        int to = worker + 1 == team.size() ? outputs : team.from(worker + 1, units) * COLUMN_UNIT;
        return rows.rows(team.from(worker, units) * COLUMN_UNIT, to);
    }

    /** q, k and v of one layer, see {@link HeadShares}. */
    private Product loadProduct(WorkerTeam team, int i) {
        HeadShares shares = new HeadShares(config.heads(), config.kvHeads(), team.size());
        return loadShards(
                team,
                config.hidden(),
                worker -> Arrays.stream(shares.of(worker))
                        .mapToObj(head -> rowsOfHead(i, head))
                        .toList(),
                this::pack);
    }

    private Slice rowsOfHead(int i, int head) {
        int n = config.heads();
        int k = config.kvHeads();
        String name = head < n ? "q_proj" : head < n + k ? "k_proj" : "v_proj";
        int index = head < n ? head : (head - n) % k;
        return new Slice(
                Parameters.layer(i, "self_attn." + name + ".weight"), index * config.headDim(), config.headDim());
    }

    private Product loadShards(
            WorkerTeam team,
            int inputs,
            IntFunction<List<Slice>> rowsOfWorker,
            BiFunction<ShardRows, LargePages, PackedLinear> packing) {
        PackedLinear[] ofWorker = new PackedLinear[team.size()];
        team.runOnAll(worker -> {
            ShardRows rows = new ShardRows(source, rowsOfWorker.apply(worker), inputs);
            ofWorker[worker] = packing.apply(rows, pages[worker]);
            shards.add(ofWorker[worker]);
        });
        return new Product(ofWorker, inputs);
    }

    private PackedLinear pack(ShardRows rows, LargePages to) {
        return numbers.format().pack(rows, numbers.result(), numbers.paths(), to);
    }

    @Override
    public void close() {
        closing.once(() -> {
            List<AutoCloseable> parts = new ArrayList<>(shards);
            parts.addAll(List.of(pages));
            parts.add(mappings::close);
            Closing.all(parts);
        });
    }
}
