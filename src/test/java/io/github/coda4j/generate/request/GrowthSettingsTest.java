package io.github.coda4j.generate.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.files.ConfigFile;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who says how a canvas grows, and with what it goes together. */
class GrowthSettingsTest {
    private static final int MOST = 4096;
    private static final Growth CHUNKS = new Growth.Chunks(64);

    @Test
    void a_request_says_it_by_number_or_name_and_nothing_grows_where_nobody_does() {
        assertThat(growth("{}")).isEqualTo(Growth.NONE);
        assertThat(growth("{'grow': 64}")).isEqualTo(CHUNKS);
        assertThat(growth("{'grow': '64'}")).isEqualTo(CHUNKS);
        assertThat(growth("{'grow': 'none'}")).isEqualTo(Growth.NONE);
        assertThat(growth("{'grow': 'rho-eos', 'block_length': 32}")).isEqualTo(Growth.RHO_EOS);
        Given java = Given.inJava().with(Parameter.GROW, CHUNKS);
        assertThat(completion(DecodeDefaults.STANDARD, java).growth()).isEqualTo(CHUNKS);
    }

    @Test
    void what_a_request_says_that_does_not_go_together_is_refused_with_its_names() {
        refuses("{'grow': 0}", "\"grow\" must be a number of tokens from 1 on, rho-eos or none, got 0");
        refuses("{'grow': 'more'}", "rho-eos or none, got more");
        refuses("{'grow': 48, 'block_length': 32}", "grow 48 is no multiple of the block length 32: use 32 or 64");
        refuses("{'grow': 8, 'block_length': 32}", "grow 8 is no multiple of the block length 32: use 32");
        refuses("{'grow': 'rho-eos'}", "grow rho-eos needs blocks: add block_length N");
        String rho = "{'grow': 'rho-eos', 'block_length': 32, ";
        refuses(rho + "'cache': 'dual'}", "and cache dual runs a block alone: use none or prefix");
        refuses(
                rho + "'cache': 'prefix', 'block_start': 'commit'}",
                "grow rho-eos does not go with block_start commit");
        refuses("{'grow': 64, 'mask_candidates': 'allow'}", "grow 64 does not go with mask_candidates allow");
        refuses("{'grow': 64, 'steps': 3}", "3 steps do not divide over 4 chunks of 64 tokens");
        DecodeSettings settings = DecodeDefaults.STANDARD.resolve(body("{'grow': 64}"));
        assertThatThrownBy(() -> settings.options(new CanvasShape(8, List.of(64), false), MOST, Set.of()))
                .isInstanceOf(WrongValueException.class)
                .hasMessage("grow 64 has no effect: no hole is at the end of the text; leave it out");
    }

    @Test
    void what_stands_behind_a_request_counts_for_plain_completions_as_far_as_it_goes() {
        DecodeDefaults file = DecodeDefaults.STANDARD.behind(file("{\"grow\": 64}"));
        assertThat(completion(file, body("{}")).growth()).isEqualTo(CHUNKS);
        assertThat(completion(file, body("{'grow': 'none'}")).growth()).isEqualTo(Growth.NONE);
        assertThat(completion(file, body("{'mask_candidates': 'allow'}")).growth())
                .isEqualTo(Growth.NONE);
        assertThat(completion(file, body("{'steps': 3}")).growth()).isEqualTo(Growth.NONE);
        assertThat(completion(file, body("{'block_length': 128}")).growth()).isEqualTo(new Growth.Chunks(128));
        DecodeSettings settings = file.resolve(body("{}"));
        for (CanvasShape other :
                List.of(new CanvasShape(8, List.of(64), false), new CanvasShape(8, List.of(4, 64), true))) {
            assertThat(settings.options(other, MOST, Set.of()).growth()).isEqualTo(Growth.NONE);
        }
        DecodeDefaults wrong = DecodeDefaults.STANDARD.behind(file("{\"grow\": -1}"));
        assertThatThrownBy(() -> wrong.resolve(body("{}")))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("grow");
    }

    @Test
    void a_server_s_canvas_grows_and_its_steps_are_those_of_usual_answers() {
        CanvasShape shape = CanvasShape.ofCompletion(8, 2048);
        DecodeOptions plain = fitting(DecodeDefaults.STANDARD, "{}", shape);
        assertThat(plain.growth()).isEqualTo(CHUNKS);
        assertThat(plain.steps()).as("a step a token").isEqualTo(2048);
        assertThat(fitting(DecodeDefaults.STANDARD, "{'block_length': 48}", CanvasShape.ofCompletion(8, 96))
                        .growth())
                .as("chunks are whole blocks")
                .isEqualTo(new Growth.Chunks(96));
        DecodeDefaults half = DecodeDefaults.STANDARD.behind(Given.asFlags().with(Parameter.STEPS, 128));
        assertThat(fitting(half, "{}", shape).steps()).as("two tokens a step").isEqualTo(1024);
        assertThat(fitting(half, "{}", CanvasShape.ofCompletion(8, 64)).steps()).isEqualTo(128);
        assertThat(fitting(half, "{'steps': 512}", shape).steps()).isEqualTo(512);
        assertThat(fitting(half, "{'steps': 5}", shape).steps())
                .as("one for each chunk")
                .isEqualTo(32);
        assertThat(fitting(half, "{'grow': 'none'}", shape).growth()).isEqualTo(Growth.NONE);
        assertThat(half.resolve(body("{'mask_candidates': 'allow'}")).grows(shape, CHUNKS))
                .isFalse();
        assertThat(half.resolve(body("{}")).grows(shape, CHUNKS)).isTrue();
    }

    @Test
    void until_is_one_of_three() {
        assertThat(DecodeDefaults.STANDARD.resolve(body("{}")).until()).isEqualTo(Until.LENGTH);
        assertThat(DecodeDefaults.STANDARD.resolve(body("{'until': 'line'}")).until())
                .isEqualTo(Until.LINE);
        assertThat(DecodeDefaults.STANDARD.resolve(body("{'until': 'block'}")).until())
                .isEqualTo(Until.BLOCK);
        refuses("{'until': 'page'}", "until must be length or line or block, got 'page'");
    }

    private static void refuses(String json, String message) {
        assertThatThrownBy(() -> growth(json))
                .isInstanceOf(WrongValueException.class)
                .hasMessageContaining(message);
    }

    private static DecodeOptions fitting(DecodeDefaults defaults, String json, CanvasShape shape) {
        return defaults.resolve(body(json)).fitting(shape, CHUNKS, MOST, Set.of());
    }

    private static Growth growth(String json) {
        return completion(DecodeDefaults.STANDARD, body(json)).growth();
    }

    private static DecodeOptions completion(DecodeDefaults defaults, ValueSource given) {
        return defaults.resolve(given).completion(8, MOST, Set.of());
    }

    private static ValueSource file(String json) {
        return new GenerationConfig(ConfigFile.parse(json, GenerationConfig.FILE_NAME));
    }

    /** With single quotes for double ones. */
    private static ValueSource body(String json) {
        return ValueSource.body(json.replace('\'', '"'), "the request");
    }
}
