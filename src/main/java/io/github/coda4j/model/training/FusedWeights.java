package io.github.coda4j.model.training;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Sums;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The weights of one layer at a time as products take them: rounded to the pass's numbers, with those of q, k and v and
 * those of gate and up joined.
 */
final class FusedWeights {
    // D hidden, N query heads, K key/value heads, H head dimension, F MLP width, V vocabulary

    private static final int NONE = -1;
    private static final float[] ABSENT = new float[0];

    private final ModelConfig config;
    private final ParameterStore parameters;
    private final NumberKind kind;
    private final WorkerTeam team;
    private final MemorySegment values;
    private final MemorySegment scratch;
    private final MemorySegment headScratch;
    private int loaded = NONE;

    /** One-dimensional parameters of a layer; norms of heads and biases are empty where the model has none. */
    record Vectors(
            float[] inputNorm, float[] qNorm, float[] kNorm, float[] mlpNorm, float[] qkvBias, float[] outputBias) {}

    /** A product's weight, [outputs, inputs]. */
    record Weight(MemorySegment memory, int outputs, int inputs) {}

    /** Where a weight comes from: rows of a joined one. */
    record Part(String name, int firstRow, int rows) {}

    FusedWeights(ModelConfig config, ParameterStore parameters, NumberKind kind, WorkerTeam team, FusedMemory memory) {
        this.config = config;
        this.parameters = parameters;
        this.kind = kind;
        this.team = team;
        this.values = parameters.values().memory();
        this.scratch = memory.weights;
        this.headScratch = memory.head;
    }

    /** Elements of all products of one layer. */
    static long elements(ModelConfig c) {
        long queries = (long) c.heads() * c.headDim();
        return (c.qkvWidth() + queries + 3L * c.intermediate()) * c.hidden();
    }

    /** [(N + 2 K) H, D]. */
    Weight qkv() {
        return weight(0, config.qkvWidth(), config.hidden());
    }

    /** [D, N H]. */
    Weight output() {
        return weight((long) config.qkvWidth() * config.hidden(), config.hidden(), config.heads() * config.headDim());
    }

    /** [2 F, D]. */
    Weight gateUp() {
        long before = (long) (config.qkvWidth() + config.heads() * config.headDim()) * config.hidden();
        return weight(before, 2 * config.intermediate(), config.hidden());
    }

    /** [D, F]. */
    Weight down() {
        long before = (long) (config.qkvWidth() + config.heads() * config.headDim() + 2 * config.intermediate())
                * config.hidden();
        return weight(before, config.hidden(), config.intermediate());
    }

    private Weight weight(long first, int outputs, int inputs) {
        long size = (long) outputs * inputs;
        return new Weight(scratch.asSlice(first * kind.bytes(), size * kind.bytes()), outputs, inputs);
    }

    List<Part> qkvParts(int layer) {
        int queries = config.heads() * config.headDim();
        int keys = config.kvHeads() * config.headDim();
        return List.of(
                new Part(Parameters.layer(layer, "self_attn.q_proj.weight"), 0, queries),
                new Part(Parameters.layer(layer, "self_attn.k_proj.weight"), queries, keys),
                new Part(Parameters.layer(layer, "self_attn.v_proj.weight"), queries + keys, keys));
    }

    List<Part> outputParts(int layer) {
        return List.of(new Part(Parameters.layer(layer, "self_attn.o_proj.weight"), 0, config.hidden()));
    }

    List<Part> gateUpParts(int layer) {
        int width = config.intermediate();
        return List.of(
                new Part(Parameters.layer(layer, "mlp.gate_proj.weight"), 0, width),
                new Part(Parameters.layer(layer, "mlp.up_proj.weight"), width, width));
    }

    List<Part> downParts(int layer) {
        return List.of(new Part(Parameters.layer(layer, "mlp.down_proj.weight"), 0, config.hidden()));
    }

    /** The output layer, [V, D], as {@link #loadHead} left it. */
    Weight head() {
        ParameterStore.Slice slice = parameters.slice(parameters.headName());
        MemorySegment memory = kind == NumberKind.F32
                ? values.asSlice(slice.offset() * Float.BYTES, slice.size() * Float.BYTES)
                : headScratch;
        return new Weight(memory, config.vocabSize(), config.hidden());
    }

    /** Forgets what was loaded: the parameters may have changed. */
    void reset() {
        loaded = NONE;
    }

    /** Brings in the products of a layer, unless they are there. */
    void load(int layer) {
        if (loaded == layer) {
            return;
        }
        team.runOnAll(worker -> {
            copy(qkvParts(layer), qkv(), worker);
            copy(outputParts(layer), output(), worker);
            copy(gateUpParts(layer), gateUp(), worker);
            copy(downParts(layer), down(), worker);
        });
        loaded = layer;
    }

    void loadHead() {
        if (kind != NumberKind.F32) {
            team.runOnAll(
                    worker -> copy(List.of(new Part(parameters.headName(), 0, config.vocabSize())), head(), worker));
        }
    }

    private void copy(List<Part> parts, Weight target, int worker) {
        for (Part part : parts) {
            long size = (long) part.rows() * target.inputs();
            long from = size * worker / team.size();
            long to = size * (worker + 1) / team.size();
            long offset = parameters.slice(part.name()).offset();
            long first = (long) part.firstRow() * target.inputs();
            Sums.convert(values, offset + from, target.memory(), kind, first + from, to - from);
        }
    }

    Vectors vectors(int layer) {
        String attention = "self_attn.";
        ModelKind has = config.kind();
        return new Vectors(
                floats(Parameters.layer(layer, "input_layernorm.weight")),
                has.qkNorm() ? floats(Parameters.layer(layer, attention + "q_norm.weight")) : ABSENT,
                has.qkNorm() ? floats(Parameters.layer(layer, attention + "k_norm.weight")) : ABSENT,
                floats(Parameters.layer(layer, "post_attention_layernorm.weight")),
                has.hasQkvBias() ? qkvBias(layer) : ABSENT,
                has.hasOutputBias() ? floats(Parameters.layer(layer, attention + "o_proj.bias")) : ABSENT);
    }

    private float[] qkvBias(int layer) {
        float[] joined = new float[config.qkvWidth()];
        for (Part part : qkvParts(layer)) {
            float[] bias = floats(biasName(part));
            System.arraycopy(bias, 0, joined, part.firstRow(), bias.length);
        }
        return joined;
    }

    /** Name of the bias that belongs to a weight. */
    static String biasName(Part part) {
        return part.name().replace(".weight", ".bias");
    }

    /** A one-dimensional parameter. */
    float[] floats(String name) {
        ParameterStore.Slice slice = parameters.slice(name);
        return values.asSlice(slice.offset() * Float.BYTES, slice.size() * Float.BYTES)
                .toArray(ValueLayout.JAVA_FLOAT);
    }
}
