package io.github.coda4j.model;

import io.github.coda4j.files.ConfigFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LLaDA's keys and tensors. Its files are of OLMo's form, whose config.json can ask for many other models; all of it is
 * checked. What coda4j writes itself has the names that are used here.
 */
final class LladaNames implements FamilyNames {
    /** Of the published form. */
    private static final String WIDTH = "d_model";

    private static final Map<String, String> RENAMED = Map.of(
            WIDTH,
            "hidden_size",
            "n_layers",
            "num_hidden_layers",
            "n_heads",
            "num_attention_heads",
            "mlp_hidden_size",
            "intermediate_size",
            "max_sequence_length",
            "max_position_embeddings",
            "weight_tying",
            "tie_word_embeddings",
            "init_std",
            "initializer_range");

    private static final String KV_HEADS = "n_kv_heads";
    private static final String EMBEDDING_ROWS = "embedding_size";
    private static final String VOCABULARY = "vocab_size";

    /** What switches something on that is not computed. */
    private static final Set<String> OFF = Set.of(
            "alibi",
            "attention_layer_norm",
            "bias_for_layer_norm",
            "include_bias",
            "include_qkv_bias",
            "input_emb_norm",
            "multi_query_attention",
            "scale_logits");

    private static final Set<String> ON = Set.of("rope", "layer_norm_with_affine");

    private static final Map<String, String> FIXED =
            Map.of("activation_type", "silu", "block_type", "llama", "layer_norm_type", "rms");

    /** Of training, of other programs, or without effect where the keys above are as they must be. */
    private static final Set<String> UNUSED = Set.of(
            "alibi_bias_max",
            "attention_layer_norm_with_affine",
            "block_group_size",
            "embedding_dropout",
            "flash_attention",
            "init_cutoff_factor",
            "init_device",
            "init_fn",
            "mlp_ratio",
            "precision",
            "residual_dropout",
            "rope_full_precision");

    private static final String PREFIX = "model.transformer.";
    private static final Pattern LAYER = Pattern.compile("model\\.transformer\\.blocks\\.(\\d+)\\.(.*)\\.weight");
    private static final Pattern OURS = Pattern.compile("model\\.layers\\.(\\d+)\\.(.*)\\.weight");

    private static final Map<String, String> OF_MODEL = Map.of(
            PREFIX + "wte.weight", Parameters.EMBEDDING,
            PREFIX + "ln_f.weight", Parameters.FINAL_NORM,
            PREFIX + "ff_out.weight", Parameters.HEAD);

    private static final Map<String, String> OF_LAYER = Map.of(
            "attn_norm", "input_layernorm",
            "q_proj", "self_attn.q_proj",
            "k_proj", "self_attn.k_proj",
            "v_proj", "self_attn.v_proj",
            "attn_out", "self_attn.o_proj",
            "ff_norm", "post_attention_layernorm",
            "ff_proj", "mlp.gate_proj",
            "up_proj", "mlp.up_proj",
            "ff_out", "mlp.down_proj");

    @Override
    public ConfigFile config(ConfigFile stored) {
        if (!renamesTensors(stored)) {
            return stored;
        }
        check(stored);
        ConfigFile file = stored;
        for (Map.Entry<String, String> name : RENAMED.entrySet()) {
            file = moved(file, name.getKey(), name.getValue());
        }
        int heads = file.requireInt("num_attention_heads");
        int kvHeads = file.optionalInt(KV_HEADS).orElse(heads);
        int rows = file.optionalInt(EMBEDDING_ROWS).orElseGet(() -> stored.requireInt(VOCABULARY));
        if (rows < stored.requireInt(VOCABULARY)) {
            throw stored.invalid(EMBEDDING_ROWS, "at least " + VOCABULARY + ", " + stored.requireInt(VOCABULARY));
        }
        List<String> done = new ArrayList<>(List.of(KV_HEADS, EMBEDDING_ROWS));
        done.addAll(OFF);
        done.addAll(ON);
        done.addAll(FIXED.keySet());
        done.addAll(UNUSED);
        for (String key : done) {
            file = file.without(key);
        }
        return file.with("num_key_value_heads", kvHeads).with(VOCABULARY, rows);
    }

    private static ConfigFile moved(ConfigFile file, String from, String to) {
        if (!file.has(from)) {
            return file;
        }
        Object value = from.equals("weight_tying")
                ? file.requireBoolean(from)
                : from.equals("init_std") ? (Object) file.requireDouble(from) : (Object) file.requireInt(from);
        return file.without(from).with(to, value);
    }

    private static void check(ConfigFile file) {
        for (String key : OFF) {
            if (file.optionalBoolean(key).orElse(false)) {
                throw file.invalid(key, "false: it is not computed");
            }
        }
        for (String key : ON) {
            if (!file.optionalBoolean(key).orElse(true)) {
                throw file.invalid(key, "true: the model is not computed without it");
            }
        }
        FIXED.forEach((key, value) -> file.optionalString(key)
                .filter(found -> !found.equals(value))
                .ifPresent(_ -> {
                    throw file.invalid(key, "\"" + value + "\"");
                }));
    }

    @Override
    public boolean renamesTensors(ConfigFile stored) {
        return stored.has(WIDTH);
    }

    @Override
    public Optional<String> tensor(String stored) {
        Matcher layer = LAYER.matcher(stored);
        if (layer.matches()) {
            return Optional.ofNullable(OF_LAYER.get(layer.group(2)))
                    .map(rest -> Parameters.layer(Integer.parseInt(layer.group(1)), rest + ".weight"));
        }
        return Optional.ofNullable(OF_MODEL.get(stored));
    }

    @Override
    public String stored(String tensor) {
        Matcher layer = OURS.matcher(tensor);
        if (layer.matches()) {
            return PREFIX + "blocks." + layer.group(1) + "."
                    + inverted(OF_LAYER).get(layer.group(2)) + ".weight";
        }
        return inverted(OF_MODEL).getOrDefault(tensor, tensor);
    }

    private static Map<String, String> inverted(Map<String, String> map) {
        Map<String, String> inverse = new LinkedHashMap<>();
        map.forEach((key, value) -> inverse.put(value, key));
        return inverse;
    }
}
