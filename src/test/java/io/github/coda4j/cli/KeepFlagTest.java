package io.github.coda4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.model.ModelConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class KeepFlagTest {
    private static final ModelConfig BLOCKS = ModelConfig.preset("sdar-1.7b");
    private static final ModelConfig WHOLE = ModelConfig.preset("coda-1.7b");

    private static long kept(ModelConfig config, String... arguments) {
        KeepFlag flag = CommandLine.populateCommand(new KeepFlag(), arguments);
        return flag.addTo(EngineOptions.DEFAULT, config).keptBytes();
    }

    @Test
    void nobody_says_it() {
        assertThat(kept(BLOCKS)).isEqualTo(EngineOptions.KEPT_BYTES).isBetween(100_000_000L, 1_000_000_000L);
        assertThat(kept(WHOLE)).isEqualTo(EngineOptions.KEPT_BYTES);
    }

    @ParameterizedTest
    @CsvSource({"12345, 12345", "3kB, 3000", "512MB, 512000000", "2GB, 2000000000", "off, 0", "0, 0"})
    void sizes_are_read(String text, long bytes) {
        assertThat(kept(BLOCKS, "--keep-blocks", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "2 gigs", "1.5GB", "2gb", ""})
    void what_is_no_size_is_refused(String text) {
        assertThatThrownBy(() -> kept(BLOCKS, "--keep-blocks", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--keep-blocks must be bytes, a size like 512MB or 2GB, or off, got '" + text + "'");
    }

    @Test
    void a_size_that_has_no_effect_is_refused_and_off_is_not() {
        assertThatThrownBy(() -> kept(WHOLE, "--keep-blocks", "1GB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--keep-blocks has no effect");
        assertThat(kept(WHOLE, "--keep-blocks", "off")).isZero();
    }
}
