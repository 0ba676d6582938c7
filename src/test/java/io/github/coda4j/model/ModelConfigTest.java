package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.SharedData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
    @Test
    void the_published_config_is_the_preset() {
        ModelConfig published =
                ModelConfig.read(ConfigFile.read(SharedData.codaConfig().resolve("config.json")));
        ModelConfig preset = ModelConfig.preset("coda-1.7b");
        assertThat(published.numParameters()).isEqualTo(preset.numParameters()).isEqualTo(2_031_739_904L);
        assertThat(published.maskId()).isEqualTo(preset.maskId());
        assertThat(published.ropeTheta()).isEqualTo(preset.ropeTheta());
    }

    @ParameterizedTest
    @MethodSource("io.github.coda4j.model.ModelConfig#presets")
    void a_preset_survives_its_own_file(String name) {
        ModelConfig config = ModelConfig.preset(name);
        assertThat(ModelConfig.read(config.toFile(DType.BF16))).isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource({
        "qwen3-0.6b, 596_049_920",
        "qwen2.5-0.5b, 494_032_768",
        "dream-7b, 7_615_616_512",
        "sdar-1.7b, 2_031_739_904",
        "llada-8b, 8_015_581_184",
    })
    void presets_of_other_families_have_their_sizes(String name, String parameters) {
        assertThat(ModelConfig.preset(name).numParameters()).isEqualTo(Long.parseLong(parameters.replace("_", "")));
    }

    @Test
    void an_unknown_preset_is_refused_with_the_list() {
        assertThatThrownBy(() -> ModelConfig.preset("coda-9b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("coda-1.7b, coda-16m, coda-mini, coda-nano, coda-tiny");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab_size", "hidden_size", "head_dim", "mask_token_id", "rope_theta", "model_type"})
    void a_missing_key_is_named(String key) {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32).without(key);
        assertThatThrownBy(() -> ModelConfig.read(file))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(key);
    }

    @Test
    void what_this_model_does_not_do_is_refused() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        assertRefused(file.with("model_type", "llama"), "model_type");
        assertRefused(file.with("hidden_act", "gelu"), "hidden_act");
        assertRefused(file.with("use_sliding_window", true), "use_sliding_window");
        assertRefused(file.with("layer_types", List.of("full_attention", "sliding_attention")), "layer_types");
        assertRefused(file.with("mlp_bias", true), "mlp_bias");
        assertRefused(file.with("is_encoder_decoder", true), "is_encoder_decoder");
        assertRefused(file.with("num_key_value_heads", 3), "num_key_value_heads");
        assertRefused(file.with("head_dim", 15), "head_dim");
        assertRefused(file.with("mask_token_id", 512), "mask_token_id");
    }

    @Test
    void the_base_of_the_rotary_frequencies_is_read_wherever_it_stands() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        ConfigFile without = file.without("rope_theta");
        Map<String, Object> rope = Map.of("rope_type", "default", "rope_theta", 5e5);
        assertThat(ModelConfig.read(without.with("rope_parameters", rope)).ropeTheta())
                .isEqualTo(5e5);
        assertThat(ModelConfig.read(without.with("rope_scaling", rope)).ropeTheta())
                .isEqualTo(5e5);
        assertThat(ModelConfig.read(file.with("rope_theta", 5e5).with("rope_parameters", rope))
                        .ropeTheta())
                .isEqualTo(5e5);
        assertThat(ModelConfig.read(file.with("rope_scaling", Map.of("rope_type", "default")))
                        .ropeTheta())
                .isEqualTo(1e4);
        assertThat(ModelConfig.read(file.with("rope_parameters", Map.of("type", "default", "partial_rotary_factor", 1)))
                        .ropeTheta())
                .isEqualTo(1e4);
    }

    @Test
    void rotary_frequencies_that_contradict_or_are_scaled_are_refused() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        assertThatThrownBy(() -> ModelConfig.read(file.with("rope_parameters", Map.of("rope_theta", 1e6))))
                .isInstanceOf(CodaException.class)
                .hasMessage("config.json: \"rope_parameters.rope_theta\" is 1000000.0, but another place says 10000.0; "
                        + "leave the one that the model was trained with");
        assertThatThrownBy(() -> ModelConfig.read(file.without("rope_theta")
                        .with("rope_parameters", Map.of("rope_theta", 1e6))
                        .with("rope_scaling", Map.of("rope_type", "default", "rope_theta", 1e5))))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("\"rope_scaling.rope_theta\" is 100000.0, but another place says 1000000.0");
        for (String key : List.of("rope_parameters", "rope_scaling")) {
            for (String type : List.of("yarn", "linear", "dynamic", "llama3", "longrope")) {
                Map<String, Object> scaled = Map.of("rope_type", type, "rope_theta", 1e4, "factor", 4.0);
                assertRefused(file.with(key, scaled), key + ".rope_type\" must be \"default\"");
            }
            assertRefused(file.with(key, Map.of("type", "yarn", "factor", 4.0)), key + ".type");
            assertRefused(file.with(key, Map.of("factor", 4.0)), "\"" + key + ".factor\" must be left out");
            assertRefused(file.with(key, Map.of("partial_rotary_factor", 0.5)), key + ".partial_rotary_factor");
            assertRefused(file.with(key, Map.of("full_attention", Map.of())), key + ".full_attention");
            assertRefused(file.with(key, "yarn"), "\"" + key + "\" must be an object");
        }
        assertRefused(file.with("partial_rotary_factor", 0.25), "\"partial_rotary_factor\" must be 1");
        assertRefused(file.without("rope_theta").with("rope_parameters", Map.of("rope_type", "default")), "rope_theta");
    }

    @Test
    void a_config_that_transformers_5_writes_is_that_of_before() {
        ConfigFile before = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        ConfigFile after = before.without("rope_theta")
                .without("torch_dtype")
                .with("dtype", "float32")
                .with("rope_parameters", Map.of("rope_type", "default", "rope_theta", 1e4))
                .with("layer_types", List.of("full_attention", "full_attention"))
                .with("use_sliding_window", false)
                .with("transformers_version", "5.0.0");
        assertThat(ModelConfig.read(after)).isEqualTo(ModelConfig.read(before));
    }

    @Test
    void there_may_be_several_end_tokens_or_none_and_minus_one_is_none() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        ModelConfig several = ModelConfig.read(file.with("eos_token_id", List.of(3, 0)));
        assertThat(several.eosIds()).containsExactly(3, 0);
        assertThat(ModelConfig.read(several.toFile(DType.F32))).isEqualTo(several);
        assertThat(ModelConfig.read(file.without("eos_token_id")).eosIds()).isEmpty();
        assertThat(ModelConfig.read(file.with("eos_token_id", -1)).eosIds()).isEmpty();
        assertThat(ModelConfig.read(file.with("pad_token_id", -1)).padId()).isEmpty();
        assertRefused(file.with("pad_token_id", -2), "pad_token_id");
        assertRefused(file.with("eos_token_id", -2), "eos_token_id");
        assertRefused(file.with("eos_token_id", List.of(1, -3)), "eos_token_id");
        assertRefused(file.with("eos_token_id", List.of("x")), "eos_token_id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "embedding_multiplier",
                "num_experts",
                "attn_logit_softcapping",
                "query_pre_attn_scalar",
                "block_size",
                "no_rope_layers",
                "quantization",
                "Hidden_size"
            })
    void a_key_that_is_not_known_is_refused_by_name_unless_it_is_null(String key) {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        for (Object value : List.of(2, false, "x", List.of(), Map.of())) {
            assertThatThrownBy(() -> ModelConfig.read(file.with(key, value)))
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith("config.json: \"" + key
                            + "\" must be left out: it is not known here and may change what the model computes, got ");
        }
        assertThat(ModelConfig.read(file.with(key, null))).isEqualTo(ModelConfig.preset("coda-tiny"));
    }

    @Test
    void keys_that_change_nothing_are_passed_over() {
        ConfigFile file = ModelConfig.preset("coda-tiny")
                .toFile(DType.F32)
                .with("_name_or_path", "someone/something")
                .with("auto_map", Map.of("AutoModel", "modeling.Model"))
                .with("bos_token_id", 7)
                .with("attention_dropout", 0.0)
                .with("sliding_window", 4096)
                .with("max_window_layers", 2)
                .with("use_cache", true)
                .with("mask_block_sizes", List.of(2, 4))
                .with("temperature", 0.7);
        assertThat(ModelConfig.read(file)).isEqualTo(ModelConfig.preset("coda-tiny"));
    }

    @Test
    void options_that_have_no_effect_together_are_refused() {
        Device gpu = Device.parse("cuda:0");
        assertThatThrownBy(() -> new LoadOptions(EngineKind.FAST, WeightFormat.BF16, gpu, 1))
                .hasMessageContaining("plain engine");
        assertThatThrownBy(() -> new LoadOptions(EngineKind.PLAIN, WeightFormat.INT8, Device.CPU, 1))
                .hasMessageContaining("fast engine");
        assertThatThrownBy(() -> Device.parse("tpu")).hasMessageContaining("cpu, cuda");
        assertThatThrownBy(() -> WeightFormat.parse("fp8")).hasMessageContaining("fp32, bf16, int8");
    }

    private static void assertRefused(ConfigFile file, String key) {
        assertThatThrownBy(() -> ModelConfig.read(file))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(key);
    }
}
