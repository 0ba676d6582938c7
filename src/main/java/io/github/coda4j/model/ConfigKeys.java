package io.github.coda4j.model;

import io.github.coda4j.files.ConfigFile;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys of config.json that are read, those that change nothing, and those that must say what is computed here. Any
 * other key is refused by name: it may change what the model computes, and a wrong answer looks like any other.
 */
final class ConfigKeys {
    /** What {@link ModelConfig} reads. */
    private static final Set<String> READ = Set.of(
            ModelKind.TYPE,
            ModelKind.ATTENTION_BIAS,
            ModelKind.OUTPUT_BIAS,
            ModelKind.QK_NORM,
            ModelKind.ALIGNMENT,
            Families.BLOCK,
            Families.BORDER,
            RotaryBase.THETA,
            RotaryBase.PARAMETERS,
            RotaryBase.SCALING,
            RotaryBase.TURNED,
            "vocab_size",
            "hidden_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "intermediate_size",
            "rms_norm_eps",
            "max_position_embeddings",
            "tie_word_embeddings",
            "initializer_range",
            Families.MASK,
            "pad_token_id",
            "eos_token_id",
            QuantizedCheckpoint.CONFIG_KEY);

    /** What must have one value where it is said at all. */
    private static final Set<String> FIXED = Set.of(
            "hidden_act",
            "use_sliding_window",
            "layer_types",
            "mlp_bias",
            "pretraining_tp",
            "is_encoder_decoder",
            "is_decoder",
            "add_cross_attention");

    /** Where a file comes from and how other programs run it. */
    private static final Set<String> FOREIGN = Set.of(
            "_name_or_path",
            "_commit_hash",
            "_attn_implementation",
            "_attn_implementation_autoset",
            "architectures",
            "attention_kernel",
            "attn_implementation",
            "auto_map",
            "custom_pipelines",
            "dtype",
            "finetuning_task",
            "id2label",
            "label2id",
            "name_or_path",
            "output_attentions",
            "output_hidden_states",
            "prefix",
            "problem_type",
            "pruned_heads",
            "return_dict",
            "task_specific_params",
            "tf_legacy_loss",
            "tokenizer_class",
            "torch_dtype",
            "torchscript",
            "transformers_version",
            "unsloth_fixed",
            "unsloth_version",
            "use_bfloat16",
            "use_cache",
            "chunk_size_feed_forward");

    /** Special tokens that no layer knows, and defaults of other programs' generation. */
    private static final Set<String> GENERATION = Set.of(
            "bos_token_id",
            "sep_token_id",
            "decoder_start_token_id",
            "bad_words_ids",
            "begin_suppress_tokens",
            "cross_attention_hidden_size",
            "diversity_penalty",
            "do_sample",
            "early_stopping",
            "encoder_no_repeat_ngram_size",
            "exponential_decay_length_penalty",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "length_penalty",
            "max_length",
            "min_length",
            "no_repeat_ngram_size",
            "num_beam_groups",
            "num_beams",
            "num_return_sequences",
            "output_scores",
            "remove_invalid_values",
            "repetition_penalty",
            "return_dict_in_generate",
            "suppress_tokens",
            "temperature",
            "tie_encoder_decoder",
            "top_k",
            "top_p",
            "typical_p");

    /** Windows that {@code use_sliding_window} switches off, and what only the original's training reads. */
    private static final Set<String> UNUSED = Set.of(
            "sliding_window",
            "max_window_layers",
            "attention_dropout",
            "block_masking_probability",
            "mask_block_sizes",
            "prefix_probability",
            "sampling_eps",
            "truncate_probability");

    private static final Set<String> KNOWN = joined(READ, FIXED, FOREIGN, GENERATION, UNUSED);

    private ConfigKeys() {}

    @SafeVarargs
    private static Set<String> joined(Set<String>... sets) {
        Set<String> all = new HashSet<>();
        for (Set<String> set : sets) {
            all.addAll(set);
        }
        return Set.copyOf(all);
    }

    /**
     * @throws io.github.coda4j.CodaException naming a key that asks for something else than this model, or one that is
     *     not known
     */
    static void check(ConfigFile file) {
        file.optionalString("hidden_act").ifPresent(act -> require(file, "hidden_act", act.equals("silu"), "\"silu\""));
        requireFalse(file, "use_sliding_window", "every token attends to the whole sequence");
        file.optionalStrings("layer_types")
                .ifPresent(types -> require(
                        file,
                        "layer_types",
                        Set.of("full_attention").containsAll(types),
                        "\"full_attention\" for every layer"));
        requireFalse(file, "mlp_bias", "the products of the MLP have no biases");
        require(file, "pretraining_tp", file.optionalInt("pretraining_tp").orElse(1) == 1, "1: products run whole");
        for (String key : List.of("is_encoder_decoder", "is_decoder", "add_cross_attention")) {
            requireFalse(file, key, "there is one stack of layers that see all of the sequence");
        }
        refuseOthers(file, KNOWN);
    }

    /** Refuses keys with a value other than null that are not among those. */
    static void refuseOthers(ConfigFile file, Set<String> known) {
        for (String key : file.keys()) {
            if (file.has(key) && !known.contains(key)) {
                throw file.invalid(key, "left out: it is not known here and may change what the model computes");
            }
        }
    }

    private static void requireFalse(ConfigFile file, String key, String why) {
        require(file, key, !file.optionalBoolean(key).orElse(false), "false: " + why);
    }

    private static void require(ConfigFile file, String key, boolean holds, String expected) {
        if (!holds) {
            throw file.invalid(key, expected);
        }
    }
}
