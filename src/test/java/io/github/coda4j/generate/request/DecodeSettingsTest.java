package io.github.coda4j.generate.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CachedRows;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Entropy;
import io.github.coda4j.decode.commit.MaskGitPlus;
import io.github.coda4j.decode.commit.Origin;
import io.github.coda4j.decode.commit.PolicyParameter;
import io.github.coda4j.decode.commit.TopKMargin;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.testkit.SharedData;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A request beats the environment, which beats generation_config.json, which beats the defaults. */
class DecodeSettingsTest extends WithSettings {
    @Test
    void defaults_are_greedy_entropy_with_a_step_for_each_token() {
        assertThat(resolve("", 64)).isEqualTo(DecodeOptions.ofSteps(64));
        assertThat(length("")).isEqualTo(256);
    }

    @Test
    void every_flag_reaches_the_options() {
        DecodeOptions options = resolve(
                "--steps 8 --alg maskgit_plus --alg-temp 0.5 --temperature 0.7 --top-p 0.9 --top-k 4 --seed 7 "
                        + "--eps 0.01"
                        + " --block-length 16 --cache dual --block-start commit --mask-candidates allow",
                64);
        assertThat(options)
                .isEqualTo(new DecodeOptions(
                        8,
                        OptionalInt.of(16),
                        new MaskGitPlus(0.5),
                        new CachePolicy.Dual(0),
                        BlockStart.COMMIT,
                        MaskCandidates.ALLOW,
                        0.01,
                        0.7,
                        0.9,
                        4,
                        7,
                        Set.of(9),
                        OptionalInt.empty()));
        assertThat(resolve("--alg confidence_threshold --threshold 0.8", 4).commit())
                .isEqualTo(new ConfidenceThreshold(0.8));
    }

    @Test
    void the_environment_beats_the_file_and_flags_beat_both() {
        file("""
                {"steps": 3, "alg": "topk_margin", "alg_temp": 0.1, "temperature": 0.1, "top_p": 0.1, "top_k": 1,
                 "eps": 0.01, "max_new_tokens": 5}""");
        DecodeOptions fromFile = resolve("", 64);
        assertThat(fromFile.steps()).isEqualTo(3);
        assertThat(fromFile.commit()).isEqualTo(new TopKMargin(0.1));
        assertThat(fromFile.temperature()).isEqualTo(0.1);
        assertThat(fromFile.topP()).isEqualTo(0.1);
        assertThat(fromFile.topK()).isEqualTo(1);
        assertThat(fromFile.eps()).isEqualTo(0.01);
        assertThat(length("")).isEqualTo(5);

        variables.put("STEPS", "4");
        variables.put("ALG", "entropy");
        variables.put("ALG_TEMP", "0.2");
        variables.put("TEMPERATURE", "0.2");
        variables.put("TOP_P", "0.2");
        variables.put("TOP_K", "2");
        variables.put("BLOCK_LENGTH", "32");
        variables.put("MAX_TOKENS", "6");
        DecodeOptions fromEnvironment = resolve("", 64);
        assertThat(fromEnvironment.steps()).isEqualTo(4);
        assertThat(fromEnvironment.commit()).isEqualTo(new Entropy(0.2));
        assertThat(fromEnvironment.temperature()).isEqualTo(0.2);
        assertThat(fromEnvironment.topP()).isEqualTo(0.2);
        assertThat(fromEnvironment.topK()).isEqualTo(2);
        assertThat(fromEnvironment.blockLength()).hasValue(32);
        assertThat(length("")).isEqualTo(6);

        DecodeOptions fromFlags = resolve(
                "--steps 8 --alg maskgit_plus --alg-temp 0.3 --temperature 0.3 --top-p 0.3 --top-k 3 --block-length 16",
                64);
        assertThat(fromFlags.steps()).isEqualTo(8);
        assertThat(fromFlags.commit()).isEqualTo(new MaskGitPlus(0.3));
        assertThat(fromFlags.temperature()).isEqualTo(0.3);
        assertThat(fromFlags.topP()).isEqualTo(0.3);
        assertThat(fromFlags.topK()).isEqualTo(3);
        assertThat(fromFlags.blockLength()).hasValue(16);
        assertThat(length("--max-new-tokens 7")).isEqualTo(7);
    }

    @Test
    void what_ends_an_answer_comes_from_every_source() {
        assertThat(settings(flags("")).stopStrings()).isEmpty();
        file("{\"stop_strings\": [\"\\nclass\", \"\\ndef\"]}");
        assertThat(settings(flags("")).stopStrings()).containsExactly("\nclass", "\ndef");
        file("{\"stop_strings\": \"END\"}");
        assertThat(settings(flags("")).stopStrings()).containsExactly("END");
        file("{\"stop_strings\": null}");
        assertThat(settings(flags("")).stopStrings()).isEmpty();
        file("{\"stop_strings\": [\"END\"]}");
        variables.put("STOP", "[DONE]");
        assertThat(settings(flags("")).stopStrings()).containsExactly("[DONE]");
        variables.put("STOP", " a, \"b\" ");
        assertThat(settings(flags("")).stopStrings()).containsExactly(" a, \"b\" ");
        variables.put("STOP", " [ \"\\n\", \"[\\\"\"] ");
        assertThat(settings(flags("")).stopStrings()).containsExactly("\n", "[\"");
        assertThat(settings(flags("--stop x")).stopStrings()).containsExactly("x");
        assertThat(settings(body("{\"stop\": []}")).stopStrings()).isEmpty();
    }

    @Test
    void empty_variables_and_null_keys_count_as_absent() {
        file("{\"top_p\": null, \"top_k\": null}");
        variables.put("TOP_P", "");
        variables.put("STEPS", " ");
        assertThat(resolve("", 8)).isEqualTo(DecodeOptions.ofSteps(8));
    }

    @Test
    void the_published_generation_config_is_read_as_far_as_it_makes_sense() {
        file = Optional.of(ConfigFile.read(SharedData.codaConfig().resolve("generation_config.json")));
        DecodeOptions options = resolve("", 256);
        assertThat(options.steps()).isEqualTo(256);
        assertThat(options.commit()).isEqualTo(new Entropy(0.2));
        assertThat(length("")).isEqualTo(256);
    }

    @Test
    void steps_of_the_file_that_do_not_fit_the_blocks_asked_for_are_left_out() {
        file("{\"steps\": 10}");
        assertThat(resolve("--block-length 32", 256).steps()).isEqualTo(256);
        assertThat(resolve("--block-length 128", 256).steps()).isEqualTo(10);
    }

    @Test
    void weaker_values_without_effect_are_left_out_and_flags_refused() {
        file("{\"eps\": 0.01}");
        variables.put("ALG_TEMP", "0.2");
        assertThat(resolve("--alg origin", 8).commit()).isEqualTo(new Origin());
        assertThat(resolve("--alg confidence_threshold", 8).eps()).isEqualTo(DecodeOptions.DEFAULT_EPS);
    }

    @Test
    void sampling_behind_the_request_is_left_out_by_a_policy_that_reads_plain_probabilities() {
        file("{\"temperature\": 0.7, \"top_k\": 20}");
        variables.put("TOP_P", "0.8");
        DecodeOptions options = resolve("--alg frechet", 8);
        assertThat(options.temperature()).isZero();
        assertThat(options.topP()).isOne();
        assertThat(options.topK()).isZero();
        assertThat(resolve("--alg maskgit_plus", 8).temperature()).isEqualTo(0.7);
    }

    @Test
    void parameters_of_policies_come_from_every_source_by_themselves_or_by_name() {
        assertThat(resolve("--alg-param alg_temp=0.5", 8).commit()).isEqualTo(new Entropy(0.5));
        file("{\"alg\": \"confidence_threshold\", \"threshold\": 0.5}");
        assertThat(resolve("", 8).commit()).isEqualTo(new ConfidenceThreshold(0.5));
        file("{\"alg\": \"confidence_threshold\", \"alg_param\": {\"threshold\": 0.6}}");
        assertThat(resolve("", 8).commit()).isEqualTo(new ConfidenceThreshold(0.6));
        variables.put("ALG_THRESHOLD", "0.7");
        assertThat(resolve("", 8).commit()).isEqualTo(new ConfidenceThreshold(0.7));
        variables.remove("ALG_THRESHOLD");
        variables.put("ALG_PARAM", "threshold=0.75");
        assertThat(resolve("", 8).commit()).isEqualTo(new ConfidenceThreshold(0.75));
        assertThat(resolve("--threshold 0.8", 8).commit()).isEqualTo(new ConfidenceThreshold(0.8));
        assertThat(settings(body("{\"alg_param\": {\"threshold\": 0.85}}"))
                        .completion(0, MOST, Set.of())
                        .commit())
                .isEqualTo(new ConfidenceThreshold(0.85));
        variables.put("ALG_PARAM", "threshold");
        assertThatThrownBy(() -> resolve("", 8))
                .hasMessage("environment variable ALG_PARAM must be NAME=NUMBER,..., got 'threshold'");
        variables.put("ALG_PARAM", "treshold=1");
        assertThatThrownBy(() -> resolve("", 8))
                .hasMessageStartingWith("environment variable ALG_PARAM treshold is no parameter of")
                .hasMessageEndingWith("did you mean threshold?");
        variables.clear();
        refusedField("{\"alg_param\": {\"gama\": 1}}", "alg_param.gama", "alg_param.gama is no parameter of");
        refusedField("{\"alg_param\": {\"threshold\": \"x\"}}", "alg_param", "\"alg_param.threshold\" must be");
    }

    @Test
    void a_value_that_switches_a_parameter_off_goes_with_every_policy() {
        assertThat(resolve("--alg origin --alg-temp 0", 8).commit()).isEqualTo(new Origin());
        assertThat(resolve("--alg confidence_threshold --alg-param alg_temp=0", 8)
                        .commit())
                .isEqualTo(new ConfidenceThreshold(0.9));
    }

    @Test
    void a_parameter_of_a_policy_of_ours_is_called_like_nothing_else() throws Exception {
        List<String> taken = new ArrayList<>();
        for (Field field : Parameter.class.getDeclaredFields()) {
            if (field.getType() == Parameter.class) {
                taken.add(((Parameter<?>) field.get(null)).name());
            }
        }
        assertThat(taken).contains("steps", "alg_param").hasSizeGreaterThan(12);
        assertThat(CommitPolicies.BUILT_IN.stream()
                        .flatMap(factory -> factory.parameters().stream())
                        .map(PolicyParameter::name))
                .isNotEmpty()
                .doesNotContainAnyElementsOf(taken);
    }

    @Test
    void refresh_rows_and_window_come_from_every_source_and_are_left_out_where_they_have_no_effect() {
        String blocks = "--block-length 8 --cache dual";
        CachePolicy seldom = new CachePolicy.Dual(new Refresh.Every(40), CachedRows.OPEN);
        assertThat(resolve(blocks, 64).cache()).isEqualTo(CachePolicy.of("dual"));
        assertThat(resolve(blocks + " --refresh block --cached-rows block", 64).cache())
                .isEqualTo(CachePolicy.of("dual"));
        assertThat(resolve("--refresh block --cached-rows block", 64).cache())
                .as("neutral values need no cache")
                .isEqualTo(CachePolicy.NONE);
        assertThat(resolve(blocks + " --refresh every=40 --cached-rows open", 64)
                        .cache())
                .isEqualTo(seldom);
        assertThat(resolve(blocks + " --window 16", 64).growth()).isEqualTo(new Growth.Window(16));
        assertThat(resolve(blocks + " --window 16 --grow none", 64).growth()).isEqualTo(new Growth.Window(16));
        ValueSource body = body("{\"block_length\": 8, \"cache\": \"prefix\", \"refresh\": \"drift=0.5\","
                + " \"cached_rows\": \"open\", \"window\": 24}");
        DecodeOptions fromBody = settings(body).completion(0, MOST, Set.of());
        assertThat(fromBody.cache()).isEqualTo(new CachePolicy.Prefix(new Refresh.Drift(0.5), CachedRows.OPEN));
        assertThat(fromBody.growth()).isEqualTo(new Growth.Window(24));

        file("{\"refresh\": \"never\", \"window\": 32, \"cached_rows\": \"block\"}");
        assertThat(resolve(blocks, 64).cache()).isEqualTo(new CachePolicy.Dual(new Refresh.Never(), CachedRows.BLOCK));
        assertThat(resolve(blocks, 64).growth()).isEqualTo(new Growth.Window(32));
        variables.put("CACHE_REFRESH", "every=40");
        variables.put("CACHED_ROWS", "open");
        variables.put("CANVAS_WINDOW", "16");
        assertThat(resolve(blocks, 64).cache()).isEqualTo(seldom);
        assertThat(resolve(blocks, 64).growth()).isEqualTo(new Growth.Window(16));
        assertThat(resolve(blocks + " --grow 16", 64).growth())
                .as("the request says it otherwise")
                .isEqualTo(new Growth.Chunks(16));
        assertThat(resolve("", 64)).as("no effect, so left out").isEqualTo(DecodeOptions.ofSteps(64));
        assertThat(resolve("--block-length 32", 64).growth())
                .as("a window that holds no block")
                .isEqualTo(Growth.NONE);
        assertThat(resolve(blocks + " --block-start commit", 64).cache()).isEqualTo(CachePolicy.of("dual"));
        DecodeOptions holes = settings(flags(blocks)).options(new CanvasShape(0, List.of(16), false), MOST, Set.of());
        assertThat(holes.growth()).isEqualTo(Growth.NONE);
        variables.clear();
        file("{\"refresh\": \"always\"}");
        assertThatThrownBy(() -> resolve(blocks, 64)).hasMessageStartingWith("generation_config.json: refresh always");
    }

    @Test
    void a_pad_closes_its_hole_unless_somebody_says_keep() {
        OptionalInt pad = OptionalInt.of(8);
        assertThat(settings(flags("")).holePad(pad)).isEqualTo(pad);
        assertThat(settings(flags("")).holePad(OptionalInt.empty())).isEmpty();
        assertThat(settings(flags("--hole-pads keep")).holePad(pad)).isEmpty();
        assertThat(settings(body("{\"hole_pads\": \"keep\"}")).holePad(pad)).isEmpty();
        file("{\"hole_pads\": \"keep\"}");
        assertThat(settings(flags("")).holePad(pad)).isEmpty();
        assertThat(settings(flags("--hole-pads close")).holePad(pad)).isEqualTo(pad);
        refusedField("{\"hole_pads\": \"drop\"}", "hole_pads", "hole_pads must be close or keep, got 'drop'");
    }

    @Test
    void a_body_gives_what_flags_give() {
        ValueSource body = body("""
                {"steps": 8, "alg": "maskgit_plus", "alg_temp": 0.5, "temperature": 0.7, "top_p": 0.9, "top_k": 4,
                 "seed": 5000000000, "eps": 0.01, "block_length": 16, "cache": "dual", "block_start": "commit",
                 "mask_candidates": "allow", "max_new_tokens": 64, "stop": "\\n\\n", "thinking": false,
                 "user": "somebody"}""");
        DecodeSettings settings = settings(body);
        assertThat(settings.completion(0, MOST, Set.of()))
                .isEqualTo(resolve(
                                "--steps 8 --alg maskgit_plus --alg-temp 0.5 --temperature 0.7 --top-p 0.9 --top-k 4"
                                        + " --eps 0.01 --block-length 16 --cache dual --block-start commit"
                                        + " --mask-candidates allow",
                                64)
                        .withSeed(5_000_000_000L));
        assertThat(settings.maxNewTokens()).isEqualTo(64);
        assertThat(settings.stopStrings()).containsExactly("\n\n");
        assertThat(settings.thinking()).contains(false);
        assertThat(settings(body("{\"stop\": [\"a\", \"b\"]}")).stopStrings()).containsExactly("a", "b");
    }

    @Test
    void what_stands_behind_a_request_is_left_out_where_it_has_no_effect() {
        Given server = flags("--alg-temp 0.2 --threshold 0.7 --eps 0.01");
        DecodeDefaults defaults = DecodeDefaults.STANDARD.behind(server);
        assertThat(defaults.resolve(body("{\"alg\": \"origin\"}"))
                        .options(CanvasShape.ofCompletion(0, 4), MOST, Set.of())
                        .commit())
                .isEqualTo(new Origin());
        assertThat(defaults.resolve(body("{\"alg\": \"confidence_threshold\"}"))
                        .options(CanvasShape.ofCompletion(0, 4), MOST, Set.of()))
                .isEqualTo(DecodeOptions.ofSteps(4).withCommit(new ConfidenceThreshold(0.7)));
    }

    @Test
    void holes_are_laid_out_before_a_model_is_loaded() {
        DecodeOptions options =
                settings(flags("--block-length 8")).options(new CanvasShape(0, List.of(5, 20), false), MOST, Set.of());
        assertThat(options.steps()).isEqualTo(25);
        assertThatThrownBy(() -> settings(flags("--block-length 8 --steps 2"))
                        .options(new CanvasShape(0, List.of(5, 20), false), MOST, Set.of()))
                .hasMessageContaining("2 steps do not divide over 4 blocks");
    }
}
