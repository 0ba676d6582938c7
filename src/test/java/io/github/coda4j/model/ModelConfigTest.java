package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    @ValueSource(strings = {"coda-1.7b", "coda-16m", "coda-mini", "coda-nano", "coda-tiny"})
    void a_preset_survives_its_own_file(String name) {
        ModelConfig config = ModelConfig.preset(name);
        assertThat(ModelConfig.read(config.toFile(DType.BF16))).isEqualTo(config);
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
        assertRefused(file.with("num_key_value_heads", 3), "num_key_value_heads");
        assertRefused(file.with("head_dim", 15), "head_dim");
        assertRefused(file.with("mask_token_id", 512), "mask_token_id");
    }

    @Test
    void options_that_have_no_effect_together_are_refused() {
        Device gpu = Device.parse("cuda:0");
        assertThatThrownBy(() -> new LoadOptions(EngineKind.FAST, Precision.BF16, gpu, 1))
                .hasMessageContaining("plain engine");
        assertThatThrownBy(() -> new LoadOptions(EngineKind.PLAIN, Precision.INT8, Device.CPU, 1))
                .hasMessageContaining("fast engine");
        assertThatThrownBy(() -> Device.parse("tpu")).hasMessageContaining("cpu, cuda");
        assertThatThrownBy(() -> Precision.parse("fp8")).hasMessageContaining("fp32, bf16, int8");
    }

    private static void assertRefused(ConfigFile file, String key) {
        assertThatThrownBy(() -> ModelConfig.read(file))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(key);
    }
}
