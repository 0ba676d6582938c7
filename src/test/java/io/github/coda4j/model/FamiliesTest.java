package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.MemoryCheckpoint;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the files of each family say, leave unsaid, and must not say. */
class FamiliesTest {
    @TempDir
    Path folder;

    private static MemoryCheckpoint golden(String family) {
        try {
            return MemoryCheckpoint.of(Goldens.path("families/" + family));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertRefused(MemoryCheckpoint checkpoint, String... parts) {
        LoadOptions options = new LoadOptions(EngineKind.PLAIN, WeightFormat.FP32, Device.CPU, 1);
        assertThatThrownBy(() -> Transformer.open(checkpoint, options).close())
                .isInstanceOf(CodaException.class)
                .hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @CsvSource({
        "a2d-qwen3-mdlm, 136",
        "a2d-qwen2-mdlm, 160",
        "dream, 170",
        "open-dcoder, 124",
        "llada, 136",
        "stable-diffcoder, 5",
    })
    void a_written_config_says_what_was_read(String family, int maskId) {
        ModelConfig config = ModelConfig.of(golden(family));
        assertThat(config.maskId()).isEqualTo(maskId);
        assertThat(ModelConfig.read(config.toFile(DType.F32))).isEqualTo(config);
    }

    @Test
    void the_blocks_of_attention_are_those_of_the_config_or_those_that_are_told() {
        assertThat(ModelConfig.of(golden("fast-dllm-v2")).kind().blocks()).contains(new BlockCausal(8, Border.START));
        assertThat(ModelConfig.of(golden("stable-diffcoder")).kind().blocks())
                .contains(new BlockCausal(4, Border.START));
        assertThat(ModelConfig.of(golden("a2d-qwen3-bd3lm")).kind().blocks()).isEmpty();
        ModelConfig told = ModelConfig.of(golden("a2d-qwen3-bd3lm"), Map.of(LoadOptions.ATTENTION_BLOCK, 16));
        assertThat(told.kind().blocks()).contains(new BlockCausal(16, Border.PROMPT_END));
        assertThat(ModelConfig.read(told.toFile(DType.BF16))).isEqualTo(told);
        assertThat(ModelConfig.of(golden("sdar").with("attention_block", 4))
                        .kind()
                        .blocks())
                .contains(new BlockCausal(4, Border.START));
        assertThat(ModelConfig.of(golden("a2d-qwen2-mdlm")
                                .with("attention_block", 4)
                                .with("attention_border", "start"))
                        .kind()
                        .blocks())
                .isEqualTo(Optional.of(new BlockCausal(4, Border.START)));
    }

    @Test
    void blocks_that_no_file_says_and_blocks_of_other_models_are_refused() {
        assertRefused(golden("sdar"), "attention_block", "is missing", "--attention-block");
        assertRefused(golden("dream").with("attention_block", 4), "attention_block", "sees the whole sequence");
        assertRefused(golden("sdar").with("attention_block", 0), "attention_block", "at least 1");
        assertRefused(
                golden("sdar").with("attention_block", 4).with("attention_border", "middle"),
                "attention_border",
                "start, prompt_end");
    }

    @Test
    void keys_that_are_not_known_are_refused_in_every_family() {
        for (String family : List.of("a2d-qwen3-mdlm", "dream", "open-dcoder", "llada", "fast-dllm-v2")) {
            assertRefused(golden(family).with("logit_softcap", 30), "logit_softcap", "not known");
        }
    }

    @Test
    void a_sliding_window_is_refused_only_when_it_is_on() {
        assertThat(ModelConfig.of(golden("open-dcoder")).layers()).isEqualTo(3);
        assertRefused(golden("open-dcoder").with("use_sliding_window", true), "use_sliding_window");
    }

    @Test
    void other_models_of_a_type_are_refused_by_their_architecture() {
        assertRefused(
                golden("stable-diffcoder").with("architectures", List.of("LlamaForCausalLM")),
                "architectures",
                "StableDiffcoderForCausalLM");
        assertRefused(golden("dream").with("model_type", "llada2_moe"), "model_type", "Dream");
    }

    @Test
    void norms_of_heads_must_be_there_where_the_kind_has_them_and_only_there() {
        assertRefused(
                golden("a2d-qwen3-mdlm").without("model.layers.1.self_attn.q_norm.weight"),
                "missing",
                "model.layers.1.self_attn.q_norm.weight");
        assertRefused(golden("a2d-qwen3-mdlm").with("model_type", "a2d-qwen2"), "too many", "k_norm");
        assertRefused(golden("dream").with("attention_bias", false), "too many", "q_proj.bias");
    }

    @Test
    void a_mask_token_must_be_named_once() {
        assertRefused(golden("open-dcoder").withFile("added_tokens.json", "{}"), "mask_token_id", "--mask-id");
        assertRefused(
                golden("open-dcoder").withFile("added_tokens.json", "{\"<M>\": 124, \"<|mask|>\": 125}"),
                "more than one mask token",
                "<M>",
                "<|mask|>");
        assertRefused(
                golden("a2d-qwen2-mdlm").withFile("special_tokens_map.json", "{\"mask_token\": \"<|im_end|>\"}"),
                "more than one mask token");
        assertRefused(
                golden("fast-dllm-v2").withFile("tokenizer_config.json", "{\"mask_token\": \"<|gone|>\"}"),
                "<|gone|>",
                "no list of added tokens");
        assertThat(ModelConfig.of(golden("open-dcoder").with("mask_token_id", 3))
                        .maskId())
                .isEqualTo(3);
    }

    @Test
    void a_mask_token_is_found_in_tokenizer_json() {
        MemoryCheckpoint listed = golden("open-dcoder")
                .without("added_tokens.json")
                .withFile("tokenizer.json", "{\"added_tokens\": [{\"id\": 77, \"content\": \"<M>\"}]}");
        assertThat(ModelConfig.of(listed).maskId()).isEqualTo(77);
    }

    @Test
    void what_is_wrong_with_a_llada_is_said_in_its_names() {
        assertRefused(
                golden("llada").without("model.transformer.blocks.1.ff_proj.weight"),
                "missing",
                "model.transformer.blocks.1.ff_proj.weight");
        MemoryCheckpoint cut = golden("llada");
        for (String name : List.of(
                "attn_norm", "q_proj", "k_proj", "v_proj", "attn_out", "ff_norm", "ff_proj", "up_proj", "ff_out")) {
            cut = cut.without("model.transformer.blocks.1." + name + ".weight");
        }
        assertRefused(cut, "missing", "model.transformer.blocks.1.");
        assertRefused(golden("llada").with("n_layers", 1), "too many", "model.transformer.blocks.1.");
        assertRefused(
                golden("llada").with("mlp_hidden_size", 80), "model.transformer.blocks.0.ff_proj.weight is [88, 32]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alibi", "include_qkv_bias", "attention_layer_norm", "scale_logits", "input_emb_norm"})
    void a_llada_that_asks_for_other_layers_is_refused(String key) {
        assertRefused(golden("llada").with(key, true), key);
    }

    @Test
    void other_layers_of_llada_s_form_are_refused() {
        assertRefused(golden("llada").with("rope", false), "rope");
        assertRefused(golden("llada").with("activation_type", "swiglu"), "activation_type", "silu");
        assertRefused(golden("llada").with("layer_norm_type", "low_precision"), "layer_norm_type", "rms");
        assertRefused(golden("llada").with("embedding_size", 140), "embedding_size", "149");
    }

    @Test
    void a_stored_output_layer_counts_where_the_config_ties_it() {
        assertThat(ModelConfig.of(golden("a2d-qwen2-mdlm")).tiedHead()).isTrue();
        assertThat(ModelConfig.of(golden("llada")).tiedHead()).isFalse();
    }

    @Tag("slow")
    @Test
    void a_quantized_llada_answers_about_as_the_floating_one() {
        Path quantized = folder.resolve("int8");
        JsonNode one = Goldens.cases("families/llada/cases.json").get(2);
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("families/llada"))) {
            QuantizedCheckpoint.write(in, WeightFormat.INT8, quantized, (_, _, _) -> {}, false);
        }
        try (CheckpointFolder checkpoint = CheckpointFolder.open(quantized);
                SafetensorsFile cases =
                        SafetensorsFile.open(Goldens.path("families/llada").resolve("cases.safetensors"));
                Transformer model = Transformer.open(
                        checkpoint, new LoadOptions(EngineKind.FAST, WeightFormat.INT8, Device.CPU, 2))) {
            String name = one.get("name").textValue();
            float[] found = model.logits(ModelGoldenTest.ids(cases, name)[0]);
            float[] wanted = ModelGoldenTest.floats(cases, name + ".logits");
            double apart = 0;
            double size = 0;
            for (int i = 0; i < found.length; i++) {
                apart += Math.pow(found[i] - wanted[i], 2);
                size += Math.pow(wanted[i], 2);
            }
            assertThat(Math.sqrt(apart / size)).isLessThan(0.1);
        }
    }
}
