package io.github.coda4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.answer.LengthFlag;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CommitPolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.testkit.SharedData;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Flags beat the environment, which beats generation_config.json, which beats the defaults. */
class DecodeSettingsTest {
    private final Cli cli = new Cli();
    private Optional<ConfigFile> file = Optional.empty();

    @Command
    private static final class Flags {
        @Mixin
        DecodeFlags decode;

        @Mixin
        LengthFlag length;
    }

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
                        new CommitPolicy.MaskGitPlus(0.5),
                        new CachePolicy.Dual(0),
                        BlockStart.COMMIT,
                        MaskCandidates.ALLOW,
                        0.01,
                        0.7,
                        0.9,
                        4,
                        7,
                        Set.of(9)));
        assertThat(resolve("--alg confidence_threshold --threshold 0.8", 4).commit())
                .isEqualTo(new CommitPolicy.ConfidenceThreshold(0.8));
    }

    @Test
    void the_environment_beats_the_file_and_flags_beat_both() {
        file("""
                {"steps": 3, "alg": "topk_margin", "alg_temp": 0.1, "temperature": 0.1, "top_p": 0.1, "top_k": 1,
                 "eps": 0.01, "max_new_tokens": 5}""");
        DecodeOptions fromFile = resolve("", 64);
        assertThat(fromFile.steps()).isEqualTo(3);
        assertThat(fromFile.commit()).isEqualTo(new CommitPolicy.TopKMargin(0.1));
        assertThat(fromFile.temperature()).isEqualTo(0.1);
        assertThat(fromFile.topP()).isEqualTo(0.1);
        assertThat(fromFile.topK()).isEqualTo(1);
        assertThat(fromFile.eps()).isEqualTo(0.01);
        assertThat(length("")).isEqualTo(5);

        cli.env("STEPS", "4")
                .env("ALG", "entropy")
                .env("ALG_TEMP", "0.2")
                .env("TEMPERATURE", "0.2")
                .env("TOP_P", "0.2")
                .env("TOP_K", "2")
                .env("BLOCK_LENGTH", "32")
                .env("MAX_TOKENS", "6");
        DecodeOptions fromEnvironment = resolve("", 64);
        assertThat(fromEnvironment.steps()).isEqualTo(4);
        assertThat(fromEnvironment.commit()).isEqualTo(new CommitPolicy.Entropy(0.2));
        assertThat(fromEnvironment.temperature()).isEqualTo(0.2);
        assertThat(fromEnvironment.topP()).isEqualTo(0.2);
        assertThat(fromEnvironment.topK()).isEqualTo(2);
        assertThat(fromEnvironment.blockLength()).hasValue(32);
        assertThat(length("")).isEqualTo(6);

        DecodeOptions fromFlags = resolve(
                "--steps 8 --alg maskgit_plus --alg-temp 0.3 --temperature 0.3 --top-p 0.3 --top-k 3 --block-length 16",
                64);
        assertThat(fromFlags.steps()).isEqualTo(8);
        assertThat(fromFlags.commit()).isEqualTo(new CommitPolicy.MaskGitPlus(0.3));
        assertThat(fromFlags.temperature()).isEqualTo(0.3);
        assertThat(fromFlags.topP()).isEqualTo(0.3);
        assertThat(fromFlags.topK()).isEqualTo(3);
        assertThat(fromFlags.blockLength()).hasValue(16);
        assertThat(length("--max-new-tokens 7")).isEqualTo(7);
    }

    @Test
    void empty_variables_and_null_keys_count_as_absent() {
        file("{\"top_p\": null, \"top_k\": null}");
        cli.env("TOP_P", "").env("STEPS", " ");
        assertThat(resolve("", 8)).isEqualTo(DecodeOptions.ofSteps(8));
    }

    @Test
    void the_published_generation_config_is_read_as_far_as_it_makes_sense() {
        file = Optional.of(ConfigFile.read(SharedData.codaConfig().resolve("generation_config.json")));
        DecodeOptions options = resolve("", 256);
        assertThat(options.steps()).isEqualTo(256);
        assertThat(options.commit()).isEqualTo(new CommitPolicy.Entropy(0.2));
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
        cli.env("ALG_TEMP", "0.2");
        assertThat(resolve("--alg origin", 8).commit()).isEqualTo(new CommitPolicy.Origin());
        assertThat(resolve("--alg confidence_threshold", 8).eps()).isEqualTo(DecodeOptions.DEFAULT_EPS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "--alg entrpy; --alg must be one of origin, maskgit_plus, topk_margin, entropy, "
                        + "confidence_threshold, got 'entrpy'; did",
                "--alg origin --alg-temp 0.1; --alg-temp 0.1 has no effect with --alg origin",
                "--threshold 0.9; --threshold 0.9 has no effect with --alg entropy (the default): leave it "
                        + "out or use --alg confidence",
                "--alg confidence_threshold --threshold 2; --threshold must be in [0, 1], got 2.0",
                "--alg confidence_threshold --eps 0.1; --eps 0.1 has no effect with --alg confidence_threshold",
                "--cache dual; --cache dual needs blocks: add --block-length N",
                "--cache dul --block-length 8; --cache must be one of none, prefix, dual, got 'dul'",
                "--block-start commit; --block-start commit has no effect without a cache",
                "--block-start later; --block-start must be propose or commit, got 'later'",
                "--mask-candidates maybe; --mask-candidates must be exclude or allow, got 'maybe'",
                "--steps 0; --steps must be at least 1, got 0",
                "--block-length 0; --block-length must be at least 1, got 0",
                "--eps 1; --eps must be in [0, 1), got 1.0",
                "--temperature -1; --temperature must be 0 or positive, got -1.0",
                "--temperature NaN; --temperature must be 0 or positive, got NaN",
                "--top-p 0; --top-p must be in (0, 1], got 0.0",
                "--top-k -1; --top-k must be 0 (off) or positive, got -1",
                "--alg-temp -1; --alg-temp must be 0 or positive, got -1.0",
                "--block-length 7; 64 new tokens do not divide into blocks of 7: use 63 or 70 new tokens",
                "--block-length 16 --steps 6; 6 steps do not divide over 4 blocks: use 4 or 8 steps",
            })
    void wrong_flags_are_refused_by_name(String flags, String message) {
        assertThatThrownBy(() -> resolve(flags, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_bad_value_says_where_it_came_from() {
        cli.env("STEPS", "6").env("BLOCK_LENGTH", "16");
        assertThatThrownBy(() -> resolve("", 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("(environment variable STEPS 6, environment variable BLOCK_LENGTH 16)");
        cli.env("STEPS", "six");
        assertThatThrownBy(() -> resolve("", 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("environment variable STEPS must be an integer, got 'six'");
        cli.env("STEPS", "8").env("ALG", "best");
        assertThatThrownBy(() -> resolve("", 64)).hasMessageStartingWith("environment variable ALG must be one of");
        cli.env("ALG", "origin");
        assertThatThrownBy(() -> resolve("--alg-temp 0.1", 64))
                .hasMessageStartingWith("--alg-temp 0.1 has no effect with environment variable ALG origin");
        assertThatThrownBy(() -> length("--max-new-tokens 0")).hasMessage("--max-new-tokens must be at least 1, got 0");
        file("{\"top_p\": 2}");
        assertThatThrownBy(() -> resolve("", 64))
                .isInstanceOf(CodaException.class)
                .hasMessage("generation_config.json: top_p must be in (0, 1], got 2.0");
        file("{\"top_p\": \"high\"}");
        assertThatThrownBy(() -> resolve("", 64))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("top_p");
    }

    @Test
    void holes_are_laid_out_before_a_model_is_loaded() {
        DecodeOptions options = settings("--block-length 8").options(List.of(5, 20), false, Set.of());
        assertThat(options.steps()).isEqualTo(25);
        assertThatThrownBy(() -> settings("--block-length 8 --steps 2").options(List.of(5, 20), false, Set.of()))
                .hasMessageContaining("2 steps do not divide over 4 blocks");
    }

    private void file(String json) {
        file = Optional.of(ConfigFile.parse(json, "generation_config.json"));
    }

    private DecodeSettings settings(String flags) {
        return DecodeSettings.resolve(parse(flags).decode, Settings.of(cli.world(), file));
    }

    private DecodeOptions resolve(String flags, int newTokens) {
        Set<Integer> end = flags.contains("--seed") ? Set.of(9) : Set.of();
        return settings(flags).options(List.of(newTokens), true, end);
    }

    private int length(String flags) {
        return parse(flags).length.resolve(Settings.of(cli.world(), file)).value();
    }

    private static Flags parse(String flags) {
        Flags parsed = new Flags();
        new CommandLine(parsed).parseArgs(flags.isEmpty() ? new String[0] : flags.split(" "));
        return parsed;
    }
}
