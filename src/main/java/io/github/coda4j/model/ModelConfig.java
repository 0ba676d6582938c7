package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The shape of a model: a transformer of Qwen's form with full attention and a mask token, and of which kind it is.
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
 * @param kind what its layers compute besides, and which output row proposes which position
 * @param tiedHead whether the embedding must serve as output layer (true), must not (false): what config.json says; a
 *     checkpoint's tensors decide where it says nothing
 * @param initializerRange standard deviation of random weights
 * @param maskId id of the mask token
 * @param padId id of the padding token, if any
 * @param eosIds ids of the end tokens that the config names, in its order
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
        ModelKind kind,
        boolean tiedHead,
        double initializerRange,
        int maskId,
        OptionalInt padId,
        List<Integer> eosIds) {
    /** In config.json: there is no such token. */
    private static final int NO_TOKEN = -1;

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
        requireNonNull(kind, "kind is null");
        check(padId.isEmpty() || padId.getAsInt() >= 0, "pad_token_id must be 0 or positive");
        eosIds = List.copyOf(eosIds);
        eosIds.forEach(id -> check(id >= 0, "eos_token_id must be 0 or positive, got %d", id));
    }

    private static void positive(String key, int value) {
        check(value > 0, "%s must be positive, got %d", key, value);
    }

    /**
     * Reads a config.json that says everything itself; see {@link #of} for those of checkpoints.
     *
     * @throws CodaException naming the key when one is missing, contradicts another, asks for something that this model
     *     does not do, or is not known
     */
    public static ModelConfig read(ConfigFile file) {
        ModelKind kind = ModelKind.read(file);
        ConfigKeys.check(file);
        try {
            return new ModelConfig(
                    file.requireInt("vocab_size"),
                    file.requireInt("hidden_size"),
                    file.requireInt("num_hidden_layers"),
                    file.requireInt("num_attention_heads"),
                    file.requireInt("num_key_value_heads"),
                    file.requireInt("head_dim"),
                    file.requireInt("intermediate_size"),
                    RotaryBase.read(file),
                    file.requireDouble("rms_norm_eps"),
                    file.requireInt("max_position_embeddings"),
                    kind,
                    file.optionalBoolean("tie_word_embeddings").orElse(false),
                    file.optionalDouble("initializer_range").orElse(0.02),
                    file.requireInt(Families.MASK),
                    token(file.optionalInt("pad_token_id")),
                    endTokens(file));
        } catch (IllegalArgumentException e) {
            throw new CodaException(file.source() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads the config of a checkpoint of any family: in its family's keys, with the mask token that only the files of
     * its tokenizer name.
     *
     * @throws CodaException naming the key when one is missing, contradicts another, asks for something that this model
     *     does not do, or is not known, or when no file names a mask token or several name different ones
     */
    public static ModelConfig of(Checkpoint checkpoint) {
        return of(checkpoint, Map.of());
    }

    /**
     * The same with numbers that its files do not say or say otherwise.
     *
     * @param told by key of config.json, see {@link LoadOptions#told}
     */
    public static ModelConfig of(Checkpoint checkpoint, Map<String, Integer> told) {
        ConfigFile file = FamilyCheckpoint.of(checkpoint, told).config();
        Families.of(file);
        if (!file.has(Families.MASK)) {
            throw file.problem(
                    Families.MASK,
                    "is missing, and no tokenizer file beside it names a mask token: add the key, or say it with"
                            + " --mask-id; an autoregressive model has none (coda init --from-ar gives it one)");
        }
        return read(file);
    }

    /**
     * Reads the config.json of an autoregressive model, whose mask token is still to be chosen and is 0 here.
     *
     * @throws CodaException as {@link #read}
     */
    public static ModelConfig ofAutoregressive(ConfigFile file) {
        return read(Families.inOurKeys(file, Map.of(Families.MASK, 0)));
    }

    private static OptionalInt token(OptionalInt id) {
        return id.isPresent() && id.getAsInt() == NO_TOKEN ? OptionalInt.empty() : id;
    }

    /** One id, a list of them, or none. */
    private static List<Integer> endTokens(ConfigFile file) {
        String key = "eos_token_id";
        return file.isList(key)
                ? file.requireInts(key)
                : token(file.optionalInt(key)).stream().boxed().toList();
    }

    /** The config.json of this model with weights in the given dtype. */
    public ConfigFile toFile(DType dtype) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("architectures", List.of(kind.architecture()));
        values.put(ModelKind.TYPE, kind.modelType());
        values.put("vocab_size", vocabSize);
        values.put("hidden_size", hidden);
        values.put("num_hidden_layers", layers);
        values.put("num_attention_heads", heads);
        values.put("num_key_value_heads", kvHeads);
        values.put("head_dim", headDim);
        values.put("intermediate_size", intermediate);
        values.put("hidden_act", "silu");
        values.put(RotaryBase.THETA, ropeTheta);
        values.put("rms_norm_eps", normEps);
        values.put("max_position_embeddings", maxPositions);
        kind.write(values);
        values.put("tie_word_embeddings", tiedHead);
        values.put("initializer_range", initializerRange);
        values.put(Families.MASK, maskId);
        padId.ifPresent(id -> values.put("pad_token_id", id));
        if (!eosIds.isEmpty()) {
            values.put("eos_token_id", eosIds.size() == 1 ? eosIds.getFirst() : eosIds);
        }
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

    /** Which output row proposes which position. */
    public Alignment alignment() {
        return kind.alignment();
    }

    /** Names of the presets for random checkpoints. */
    public static List<String> presets() {
        return Presets.NAMES;
    }

    /**
     * A named shape. {@code coda-1.7b}: the published model. {@code coda-16m} and {@code coda-mini}: 15.7 and 8.4
     * million parameters with an 8192-token vocabulary and a tied head. {@code coda-nano}: about 5.5 million with a
     * vocabulary of 4096, to be trained on two cores. {@code coda-tiny}: small enough for tests. The others: the shapes
     * of models of other families.
     */
    public static ModelConfig preset(String name) {
        return Presets.read(name);
    }

    /** The same shape for another vocabulary. */
    public ModelConfig withVocabulary(int newVocabSize, int newMaskId, OptionalInt newPadId, List<Integer> newEosIds) {
        return with(layers, newVocabSize, kind, tiedHead, newMaskId, newPadId, newEosIds);
    }

    /** The same shape with so many layers, at least 1. */
    public ModelConfig withLayers(int newLayers) {
        return with(newLayers, vocabSize, kind, tiedHead, maskId, padId, eosIds);
    }

    /** The same sizes for a model of another kind. */
    public ModelConfig withKind(ModelKind newKind) {
        return with(layers, vocabSize, newKind, tiedHead, maskId, padId, eosIds);
    }

    /** The same shape with the embedding as output layer (true), or with one of its own. */
    public ModelConfig withTiedHead(boolean newTiedHead) {
        return with(layers, vocabSize, kind, newTiedHead, maskId, padId, eosIds);
    }

    /** All sizes but the number of layers and that of the vocabulary stay. */
    private ModelConfig with(
            int newLayers,
            int newVocabSize,
            ModelKind newKind,
            boolean newTiedHead,
            int newMaskId,
            OptionalInt newPadId,
            List<Integer> newEosIds) {
        return new ModelConfig(
                newVocabSize,
                hidden,
                newLayers,
                heads,
                kvHeads,
                headDim,
                intermediate,
                ropeTheta,
                normEps,
                maxPositions,
                newKind,
                newTiedHead,
                initializerRange,
                newMaskId,
                newPadId,
                newEosIds);
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
