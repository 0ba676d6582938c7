package io.github.coda4j.generate.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.BlockLength;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.files.ConfigFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who asks for a block length that is chosen, and where that has an effect. */
class AutoBlocksSettingsTest {
    private static final int MOST = 4096;
    private static final CanvasShape ANSWER = CanvasShape.ofCompletion(8, 64);
    private static final DecodeOptions AUTO = DecodeOptions.ofSteps(64).withAutoBlocks(CachePolicy.of("dual"));

    private static ValueSource body(String json) {
        return new JsonBody(ConfigFile.parse(json.replace('\'', '"'), "the body"), Map.of());
    }

    private static DecodeOptions options(DecodeDefaults defaults, ValueSource given) {
        return defaults.resolve(given).options(ANSWER, MOST, Set.of());
    }

    private static DecodeDefaults variable(String value) {
        return DecodeDefaults.STANDARD.behind(
                new Environment(name -> name.equals("BLOCK_LENGTH") ? Optional.of(value) : Optional.empty()));
    }

    @Test
    void flags_json_java_and_the_environment_ask_for_it() {
        Given dual = Given.asFlags().with(Parameter.CACHE, "dual");
        assertThat(options(DecodeDefaults.STANDARD, dual.with(Parameter.BLOCK_LENGTH, BlockLength.AUTO)))
                .isEqualTo(AUTO);
        assertThat(options(DecodeDefaults.STANDARD, body("{'block_length': 'auto', 'cache': 'dual'}")))
                .isEqualTo(AUTO);
        assertThat(options(variable("auto"), dual)).isEqualTo(AUTO);
        assertThat(options(variable("auto"), dual.with(Parameter.BLOCK_LENGTH, 16))
                        .blockLength())
                .hasValue(16);
        assertThat(options(DecodeDefaults.STANDARD, body("{'block_length': '16', 'cache': 'dual'}"))
                        .blockLength())
                .hasValue(16);
    }

    @Test
    void without_a_cache_it_has_no_effect() {
        for (String cache : List.of("none", "exact")) {
            assertThatThrownBy(() -> options(
                            DecodeDefaults.STANDARD, body("{'block_length': 'auto', 'cache': '" + cache + "'}")))
                    .isInstanceOf(WrongValueException.class)
                    .hasMessage("block_length auto has no effect with cache " + cache + ": add cache prefix or dual,"
                            + " whose steps run a block (a block-causal model has blocks of its own), or give a"
                            + " number");
        }
        assertThat(options(variable("auto"), Given.inJava()))
                .as("what stands behind the request is left out")
                .isEqualTo(DecodeOptions.ofSteps(64));
    }

    @Test
    void what_is_no_length_is_refused_by_name() {
        assertThatThrownBy(() -> options(DecodeDefaults.STANDARD, body("{'block_length': 'some'}")))
                .hasMessageContaining("\"block_length\" must be a number of tokens from 1 on, or auto, got some");
        assertThatThrownBy(() -> options(DecodeDefaults.STANDARD, body("{'block_length': 0}")))
                .hasMessageContaining("\"block_length\" must be a number of tokens from 1 on, or auto, got 0");
        assertThatThrownBy(() -> options(variable("0"), Given.inJava()))
                .hasMessage("environment variable BLOCK_LENGTH must be a number of tokens from 1 on, or auto, got '0'");
    }

    @Test
    void rules_and_growth_that_need_blocks_have_them() {
        DecodeOptions bound = options(
                DecodeDefaults.STANDARD, body("{'block_length': 'auto', 'cache': 'dual', 'alg': 'entropy_bound'}"));
        assertThat(bound.inBlocks()).isTrue();
        DecodeOptions grown = options(
                DecodeDefaults.STANDARD, body("{'block_length': 'auto', 'cache': 'prefix', 'grow': 'rho-eos'}"));
        assertThat(grown.growth()).isEqualTo(Growth.RHO_EOS);
        DecodeOptions window =
                options(DecodeDefaults.STANDARD, body("{'block_length': 'auto', 'cache': 'dual', 'window': 20}"));
        assertThat(window.growth()).isEqualTo(new Growth.Window(20));
    }

    @Test
    void a_server_that_chooses_the_ceiling_chooses_one_that_most_lengths_divide() {
        DecodeSettings settings =
                DecodeDefaults.STANDARD.resolve(body("{'block_length': 'auto', 'cache': 'dual', 'steps': 10}"));
        assertThat(settings.wholeBlocks(100, 1000)).isEqualTo(128);
        assertThat(settings.wholeBlocks(20, 30)).isEqualTo(20);
        DecodeOptions fitted = settings.fitting(ANSWER, new Growth.Chunks(64), MOST, Set.of());
        assertThat(fitted.autoBlocks()).isTrue();
        assertThat(fitted.steps()).as("as said: one block could have them").isEqualTo(10);
        assertThat(fitted.growth()).isEqualTo(new Growth.Chunks(64));
    }
}
