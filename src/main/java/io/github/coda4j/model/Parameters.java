package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.TensorDeclaration;
import io.github.coda4j.weights.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Names and shapes of a model's parameters, as Hugging Face's Qwen3 stores them; weights are [outputs, inputs]. */
public final class Parameters {
    public static final String EMBEDDING = "model.embed_tokens.weight";
    public static final String FINAL_NORM = "model.norm.weight";
    public static final String HEAD = "lm_head.weight";

    static final Set<DType> FLOATING = Set.of(DType.F32, DType.BF16, DType.F16);

    private Parameters() {}

    /** Name of a layer's parameter, for example {@code layer(3, "mlp.up_proj.weight")}. */
    public static String layer(int index, String rest) {
        return "model.layers." + index + "." + rest;
    }

    /** Every parameter, floating; with or without an output layer of its own. */
    public static List<TensorSpec> of(ModelConfig c, boolean ownHead) {
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(floating(EMBEDDING, c.vocabSize(), c.hidden()));
        int q = c.heads() * c.headDim();
        int kv = c.kvHeads() * c.headDim();
        for (int i = 0; i < c.layers(); i++) {
            specs.add(floating(layer(i, "input_layernorm.weight"), c.hidden()));
            projection(
                    specs, layer(i, "self_attn.q_proj"), q, c.hidden(), c.kind().hasQkvBias());
            projection(
                    specs,
                    layer(i, "self_attn.k_proj"),
                    kv,
                    c.hidden(),
                    c.kind().hasQkvBias());
            projection(
                    specs,
                    layer(i, "self_attn.v_proj"),
                    kv,
                    c.hidden(),
                    c.kind().hasQkvBias());
            projection(
                    specs, layer(i, "self_attn.o_proj"), c.hidden(), q, c.kind().hasOutputBias());
            if (c.kind().qkNorm()) {
                specs.add(floating(layer(i, "self_attn.q_norm.weight"), c.headDim()));
                specs.add(floating(layer(i, "self_attn.k_norm.weight"), c.headDim()));
            }
            specs.add(floating(layer(i, "post_attention_layernorm.weight"), c.hidden()));
            specs.add(floating(layer(i, "mlp.gate_proj.weight"), c.intermediate(), c.hidden()));
            specs.add(floating(layer(i, "mlp.up_proj.weight"), c.intermediate(), c.hidden()));
            specs.add(floating(layer(i, "mlp.down_proj.weight"), c.hidden(), c.intermediate()));
        }
        specs.add(floating(FINAL_NORM, c.hidden()));
        if (ownHead) {
            specs.add(floating(HEAD, c.vocabSize(), c.hidden()));
        }
        return specs;
    }

    /** Whether a tensor of that name is the weight of a product, which is [outputs, inputs]. */
    public static boolean isProduct(String name) {
        return name.endsWith("_proj.weight") || name.equals(HEAD);
    }

    /**
     * What a quantized checkpoint holds: products so stored, always an output layer of its own, the embedding as the
     * format says, the rest floating.
     */
    static List<TensorSpec> of(ModelConfig c, Quantization quantization) {
        List<TensorSpec> specs = new ArrayList<>();
        for (TensorSpec spec : of(c, true)) {
            Optional<QuantizedRows> stored = stored(spec.name(), quantization);
            if (stored.isPresent()) {
                for (TensorDeclaration tensor : stored.get().tensors(spec.name(), spec.shape()[0], spec.shape()[1])) {
                    specs.add(new TensorSpec(tensor.name(), tensor.shape(), Set.of(tensor.dtype()), false));
                }
            } else {
                specs.add(spec);
            }
        }
        return specs;
    }

    /** How a quantized checkpoint holds a parameter; empty where it is floating. */
    static Optional<QuantizedRows> stored(String name, Quantization quantization) {
        if (name.equals(HEAD)) {
            return Optional.of(quantization.head());
        }
        return isProduct(name)
                ? Optional.of(quantization.products())
                : quantization.embedding().filter(_ -> name.equals(EMBEDDING));
    }

    /**
     * What a checkpoint must hold: its config says whether it is quantized or may be tied, its tensors whether it has
     * an output layer.
     */
    public static List<TensorSpec> expected(Checkpoint stored, ModelConfig config) {
        Checkpoint checkpoint = FamilyCheckpoint.of(stored);
        Optional<Quantization> quantization =
                QuantizedCheckpoint.format(checkpoint.config()).flatMap(WeightFormat::quantization);
        if (quantization.isPresent()) {
            return of(config, quantization.get());
        }
        boolean mayTie =
                checkpoint.config().optionalBoolean("tie_word_embeddings").orElse(true);
        return of(config, checkpoint.tensors().containsKey(HEAD) || !mayTie);
    }

    private static void projection(List<TensorSpec> specs, String name, int outputs, int inputs, boolean hasBias) {
        specs.add(floating(name + ".weight", outputs, inputs));
        if (hasBias) {
            specs.add(floating(name + ".bias", outputs));
        }
    }

    private static TensorSpec floating(String name, long... shape) {
        return new TensorSpec(name, shape, FLOATING, false);
    }
}
