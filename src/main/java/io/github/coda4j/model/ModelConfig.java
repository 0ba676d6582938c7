package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The shape of a CoDA model: the Qwen3 transformer with full attention and a mask token.
 *
 * @param vocabSize rows of the embedding
 * @param hidden width of the residual stream
 * @param layers number of layers
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of one head, even; heads * headDim need not be {@code hidden}
 * @param intermediate width of the gated MLP
 * @param ropeTheta base of the rotary frequencies
 * @param normEps added to the mean square in RMS norms
 * @param maxPositions the longest sequence
 * @param attentionBias whether q, k, v and o projections have biases
 * @param tiedHead whether the embedding must serve as output layer (true), must not (false): what config.json says; a
 *     checkpoint's tensors decide where it says nothing
 * @param initializerRange standard deviation of random weights
 * @param maskId id of the mask token
 * @param padId id of the padding token, if any
 * @param eosId id of the end token, if the config names one
 */
public record ModelConfig(
        int vocabSize,
        int hidden,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int intermediate,
        double ropeTheta,
        double normEps,
        int maxPositions,
        boolean attentionBias,
        boolean tiedHead,
        double initializerRange,
        int maskId,
        OptionalInt padId,
        OptionalInt eosId) {
    private static final Set<String> MODEL_TYPES = Set.of("CoDA", "coda", "qwen3");

    public ModelConfig {
        positive("vocab_size", vocabSize);
        positive("hidden_size", hidden);
        positive("num_hidden_layers", layers);
        positive("num_attention_heads", heads);
        positive("num_key_value_heads", kvHeads);
        positive("head_dim", headDim);
        positive("intermediate_size", intermediate);
        positive("max_position_embeddings", maxPositions);
        check(
                heads % kvHeads == 0,
                "num_attention_heads %d must be a multiple of num_key_value_heads %d",
                heads,
                kvHeads);
        check(headDim % 2 == 0, "head_dim must be even for rotary embeddings, got %d", headDim);
        check(ropeTheta > 1 && Double.isFinite(ropeTheta), "rope_theta must be above 1, got %s", ropeTheta);
        check(normEps > 0 && normEps < 1, "rms_norm_eps must be in (0, 1), got %s", normEps);
        check(
                initializerRange > 0 && initializerRange < 10,
                "initializer_range must be in (0, 10), got %s",
                initializerRange);
        check(maskId >= 0 && maskId < vocabSize, "mask_token_id must be in [0, %d), got %d", vocabSize, maskId);
        check(padId.isEmpty() || padId.getAsInt() >= 0, "pad_token_id must be 0 or positive");
    }

    private static void positive(String key, int value) {
        check(value > 0, "%s must be positive, got %d", key, value);
    }

    /**
     * Reads config.json.
     *
     * @throws io.github.coda4j.CodaException naming the key when one is missing or asks for something that this model
     *     does not do
     */
    public static ModelConfig read(ConfigFile file) {
        require(file, "model_type", MODEL_TYPES.contains(file.requireString("model_type")), "\"CoDA\"");
        file.optionalString("hidden_act").ifPresent(act -> require(file, "hidden_act", act.equals("silu"), "\"silu\""));
        require(file, "rope_scaling", file.optionalObject("rope_scaling").isEmpty(), "null (no scaling)");
        require(
                file,
                "use_sliding_window",
                !file.optionalBoolean("use_sliding_window").orElse(false),
                "false: CoDA attends to the whole sequence");
        try {
            return new ModelConfig(
                    file.requireInt("vocab_size"),
                    file.requireInt("hidden_size"),
                    file.requireInt("num_hidden_layers"),
                    file.requireInt("num_attention_heads"),
                    file.requireInt("num_key_value_heads"),
                    file.requireInt("head_dim"),
                    file.requireInt("intermediate_size"),
                    file.requireDouble("rope_theta"),
                    file.requireDouble("rms_norm_eps"),
                    file.requireInt("max_position_embeddings"),
                    file.optionalBoolean("attention_bias").orElse(false),
                    file.optionalBoolean("tie_word_embeddings").orElse(false),
                    file.optionalDouble("initializer_range").orElse(0.02),
                    file.requireInt("mask_token_id"),
                    file.optionalInt("pad_token_id"),
                    file.optionalInt("eos_token_id"));
        } catch (IllegalArgumentException e) {
            throw new io.github.coda4j.CodaException(file.source() + ": " + e.getMessage(), e);
        }
    }

    private static void require(ConfigFile file, String key, boolean holds, String expected) {
        if (!holds) {
            throw file.invalid(key, expected);
        }
    }

    /** The config.json of this model with weights in the given dtype. */
    public ConfigFile toFile(DType dtype) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("architectures", List.of("CoDALanguageModel"));
        values.put("model_type", "CoDA");
        values.put("vocab_size", vocabSize);
        values.put("hidden_size", hidden);
        values.put("num_hidden_layers", layers);
        values.put("num_attention_heads", heads);
        values.put("num_key_value_heads", kvHeads);
        values.put("head_dim", headDim);
        values.put("intermediate_size", intermediate);
        values.put("hidden_act", "silu");
        values.put("rope_theta", ropeTheta);
        values.put("rms_norm_eps", normEps);
        values.put("max_position_embeddings", maxPositions);
        values.put("attention_bias", attentionBias);
        values.put("tie_word_embeddings", tiedHead);
        values.put("initializer_range", initializerRange);
        values.put("mask_token_id", maskId);
        padId.ifPresent(id -> values.put("pad_token_id", id));
        eosId.ifPresent(id -> values.put("eos_token_id", id));
        values.put("torch_dtype", dtype == DType.BF16 ? "bfloat16" : "float32");
        return ConfigFile.of(values, "config.json");
    }

    /** Query heads that share one key/value head. */
    public int groups() {
        return heads / kvHeads;
    }

    /** Width of the joined q, k and v projections. */
    public int qkvWidth() {
        return (heads + 2 * kvHeads) * headDim;
    }

    /** Names of the presets for random checkpoints. */
    public static List<String> presets() {
        return List.of("coda-1.7b", "coda-16m", "coda-mini", "coda-nano", "coda-tiny");
    }

    /**
     * A named shape. {@code coda-1.7b}: the published model. {@code coda-16m} and {@code coda-mini}: 15.7 and 8.4
     * million parameters with an 8192-token vocabulary and a tied head. {@code coda-nano}: about 5.5 million with a
     * vocabulary of 4096, to be trained on two cores. {@code coda-tiny}: small enough for tests.
     */
    public static ModelConfig preset(String name) {
        return switch (name) {
            case "coda-1.7b" ->
                new ModelConfig(
                        151936,
                        2048,
                        28,
                        16,
                        8,
                        128,
                        6144,
                        1e6,
                        1e-6,
                        40960,
                        false,
                        false,
                        0.02,
                        151669,
                        OptionalInt.of(151643),
                        OptionalInt.of(151645));
            case "coda-16m" ->
                new ModelConfig(
                        8192,
                        384,
                        8,
                        6,
                        2,
                        64,
                        1024,
                        1e4,
                        1e-6,
                        4096,
                        false,
                        true,
                        0.02,
                        2,
                        OptionalInt.of(0),
                        OptionalInt.of(1));
            case "coda-mini" ->
                new ModelConfig(
                        8192,
                        256,
                        8,
                        4,
                        2,
                        64,
                        768,
                        1e4,
                        1e-6,
                        4096,
                        false,
                        true,
                        0.02,
                        2,
                        OptionalInt.of(0),
                        OptionalInt.of(1));
            case "coda-nano" ->
                new ModelConfig(
                        4096,
                        256,
                        6,
                        4,
                        2,
                        64,
                        704,
                        1e4,
                        1e-6,
                        2048,
                        false,
                        true,
                        0.02,
                        2,
                        OptionalInt.of(0),
                        OptionalInt.of(1));
            case "coda-tiny" ->
                new ModelConfig(
                        512,
                        64,
                        2,
                        4,
                        2,
                        16,
                        160,
                        1e4,
                        1e-6,
                        512,
                        false,
                        true,
                        0.02,
                        2,
                        OptionalInt.of(0),
                        OptionalInt.of(1));
            default ->
                throw new IllegalArgumentException(
                        "unknown preset \"" + name + "\"; known: " + String.join(", ", presets()));
        };
    }

    /** The same shape for another vocabulary. */
    public ModelConfig withVocabulary(int newVocabSize, int newMaskId, OptionalInt newPadId, OptionalInt newEosId) {
        return new ModelConfig(
                newVocabSize,
                hidden,
                layers,
                heads,
                kvHeads,
                headDim,
                intermediate,
                ropeTheta,
                normEps,
                maxPositions,
                attentionBias,
                tiedHead,
                initializerRange,
                newMaskId,
                newPadId,
                newEosId);
    }

    /** The same shape with the embedding as output layer (true), or with one of its own. */
    public ModelConfig withTiedHead(boolean newTiedHead) {
        return new ModelConfig(
                vocabSize,
                hidden,
                layers,
                heads,
                kvHeads,
                headDim,
                intermediate,
                ropeTheta,
                normEps,
                maxPositions,
                attentionBias,
                newTiedHead,
                initializerRange,
                maskId,
                padId,
                eosId);
    }

    /** Numbers in the model; a tied head counts once. */
    public long numParameters() {
        return Parameters.of(this, !tiedHead).stream()
                .mapToLong(spec -> {
                    long product = 1;
                    for (long size : spec.shape()) {
                        product *= size;
                    }
                    return product;
                })
                .sum();
    }
}
