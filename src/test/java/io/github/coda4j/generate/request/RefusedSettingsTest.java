package io.github.coda4j.generate.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CanvasShape;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be meant is refused with its name, as whoever said it would spell it. */
class RefusedSettingsTest extends WithSettings {
    @Test
    void stop_strings_that_are_none_are_refused_where_they_stand() {
        for (String wrong : List.of("[\"a\"", "[\"a\", 1]", "[\"a\"], \"b\": 1")) {
            variables.put("STOP", wrong);
            assertThatThrownBy(() -> settings(flags("")))
                    .isInstanceOf(WrongValueException.class)
                    .hasMessage(
                            "environment variable STOP must be a text or a JSON list of texts, got '" + wrong + "'");
        }
        variables.put("STOP", "[\"a\", \"\"]");
        assertThatThrownBy(() -> settings(flags("")))
                .isInstanceOf(WrongValueException.class)
                .hasMessage("environment variable STOP must be texts that are not empty, got [a, ]");
        variables.clear();
        file("{\"stop_strings\": \"\"}");
        assertThatThrownBy(() -> settings(flags("")))
                .isInstanceOf(CodaException.class)
                .hasMessage("generation_config.json: stop_strings must be texts that are not empty, got []");
        file("{\"stop_strings\": 3}");
        assertThatThrownBy(() -> settings(flags("")))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("\"stop_strings\" must be a list of strings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "--alg entrpy; --alg must be one of origin, maskgit_plus, topk_margin, entropy, confidence_threshold",
                "--alg entrpy; , got 'entrpy'; did you mean entropy?",
                "--alg origin --alg-temp 0.1; --alg-temp 0.1 has no effect with --alg origin: leave it out or use --alg"
                        + " maskgit_plus, topk_margin, entropy",
                "--alg-param gama=1; --alg-param gama is no parameter of --alg entropy (the default): it has alg_temp",
                "--alg origin --alg-param x=1; --alg-param x is no parameter of --alg origin, which has none",
                "--alg-param alg_tmp=1; is no parameter of --alg entropy (the default): it has alg_temp; did you mean"
                        + " alg_temp?",
                "--alg-param alg_temp=-1; --alg-param alg_temp must be 0 or positive, got -1.0",
                "--alg-param threshold=0.9; --alg-param threshold 0.9 has no effect with --alg entropy (the default)",
                "--alg-param alg_temp=1 --alg-temp 2; --alg-param alg_temp says what --alg-temp says: leave one of",
                "--alg com.example.None; --alg 'com.example.None' is not on the class path: it must be a"
                        + " CommitPolicyFactory",
                "--threshold 0.9; --threshold 0.9 has no effect with --alg entropy (the default): leave it "
                        + "out or use --alg confidence",
                "--alg confidence_threshold --threshold 2; --threshold must be in [0, 1], got 2.0",
                "--alg confidence_threshold --eps 0.1; --eps 0.1 has no effect with --alg confidence_threshold",
                "--cache dual; --cache dual needs blocks: add --block-length N",
                "--cache dul --block-length 8; --cache must be one of none, prefix, dual, exact, got 'dul'",
                "--refresh never; --refresh never has no effect with cache none: add --cache prefix or dual, or",
                "--refresh often --cache dual --block-length 8; --refresh often cannot be used: a refresh is block,",
                "--refresh every=0 --cache dual --block-length 8; every=N needs at least 1 forward, got 0",
                "--refresh never --cache exact; --refresh never has no effect with cache exact: add --cache prefix or",
                "--cached-rows open; --cached-rows open has no effect with cache none: add --cache prefix or dual",
                "--cached-rows some; --cached-rows must be block or open, got 'some'",
                "--refresh never --cache dual --block-length 8 --block-start commit; --refresh never does not go"
                        + " with --block-start commit, whose forwards are the original's: leave one of them out",
                "--window 16; --window 16 needs blocks: add --block-length N, for example --block-length 32",
                "--window 4 --block-length 8; --window 4 does not hold a block of 8: use 8 or more",
                "--window 0 --block-length 8; --window must be at least 1, got 0",
                "--window 16 --grow 16 --block-length 8; --window 16 and --grow 16 exclude each other: both say how",
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
                "--alg factor --temperature 0.5; --temperature 0.5 does not go with --alg factor, which reads the"
                        + " model's probabilities as they are: leave it out",
                "--alg frechet --top-p 0.9; --top-p 0.9 does not go with --alg frechet",
                "--alg hierarchy --top-k 5; --top-k 5 does not go with --alg hierarchy",
                "--alg factor --block-length 8 --cache dual --block-start commit; --block-start commit does not go with"
                        + " --alg factor, which takes no token whatever its probability: leave it out",
                "--alg entropy_bound; --alg entropy_bound needs blocks: add --block-length N, for example",
                "--alg entropy_bound --alg-param order=3 --block-length 8; --alg-param order must be a"
                        + " whole number in [0, 2], got 3.0",
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
        variables.put("STEPS", "6");
        variables.put("BLOCK_LENGTH", "16");
        assertThatThrownBy(() -> resolve("", 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("(environment variable STEPS 6, environment variable BLOCK_LENGTH 16)");
        variables.put("STEPS", "six");
        assertThatThrownBy(() -> resolve("", 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("environment variable STEPS must be an integer, got 'six'");
        variables.put("STEPS", "8");
        variables.put("ALG", "best");
        assertThatThrownBy(() -> resolve("", 64)).hasMessageStartingWith("environment variable ALG must be one of");
        variables.put("ALG", "origin");
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
    void huge_counts_are_refused_in_words_before_anything_of_their_size_exists() {
        assertThatThrownBy(() -> completion("--max-new-tokens 2000000000"))
                .isInstanceOf(WrongValueException.class)
                .hasMessage("2000000000 tokens are to be generated: the model takes at most 4096, the prompt included;"
                        + " ask for fewer");
        assertThatThrownBy(() -> completion("--steps 2147483647"))
                .hasMessageStartingWith("2147483647 steps are more than the 4096 tokens that the model takes");
        assertThatThrownBy(() -> settings(flags(""))
                        .options(new CanvasShape(0, List.of(2_000_000_000, 2_000_000_000), false), MOST, Set.of()))
                .hasMessageStartingWith("4000000000 tokens are to be generated");
        variables.put("MAX_TOKENS", "2000000000");
        assertThatThrownBy(() -> completion("")).hasMessageEndingWith("(environment variable MAX_TOKENS 2000000000)");
        variables.clear();
        file("{\"max_tokens\": 2000000000, \"steps\": 2147483647}");
        assertThatThrownBy(() -> completion(""))
                .isInstanceOf(CodaException.class)
                .hasMessageEndingWith("(generation_config.json: max_tokens 2000000000)");
        assertThat(completion("--max-new-tokens 8").steps()).isEqualTo(8);
    }

    @Test
    void a_default_length_that_the_model_does_not_take_is_named() {
        assertThatThrownBy(() -> settings(flags("")).completion(0, 100, Set.of()))
                .hasMessageEndingWith("(--max-new-tokens 256 (the default))");
    }

    @Test
    void a_body_names_the_field_that_is_wrong() {
        refusedField("{\"steps\": 0}", "steps", "steps must be at least 1, got 0");
        refusedField("{\"steps\": \"six\"}", "steps", "the request: \"steps\" must be an integer");
        refusedField("{\"top_p\": 1.5}", "top_p", "top_p must be in (0, 1], got 1.5");
        refusedField("{\"alg\": \"entrpy\"}", "alg", "did you mean entropy?");
        refusedField(
                "{\"alg\": \"origin\", \"alg_temp\": 1}", "alg_temp", "alg_temp 1.0 has no effect with alg origin");
        refusedField("{\"cache\": \"dual\"}", "cache", "cache dual needs blocks: add block_length N");
        refusedField("{\"block_start\": \"commit\"}", "block_start", "add cache prefix or dual");
        refusedField("{\"stop\": [\"a\", \"\"]}", "stop", "stop must be texts that are not empty");
        refusedField("{\"stop\": 3}", "stop", "\"stop\" must be a list of strings");
        refusedField("{\"max_new_tokens\": 5000}", "max_new_tokens", "5000 tokens are to be generated");
        refusedField("{\"max_new_tokens\": 10, \"block_length\": 4}", "block_length", "do not divide into blocks of 4");
        refusedField(
                "{\"max_new_tokens\": 8, \"block_length\": 4, \"steps\": 3}", "steps", "3 steps do not divide over 2");
    }

    @Test
    void java_callers_are_answered_in_java_s_spelling() {
        assertThatThrownBy(() -> settings(Given.inJava().with(Parameter.BLOCK_LENGTH, 0)))
                .hasMessage("blockLength must be at least 1, got 0");
        assertThat(settings(Given.inJava()
                                .with(Parameter.SEED, Optional.empty())
                                .with(Parameter.TOP_K, 2))
                        .completion(0, MOST, Set.of())
                        .topK())
                .isEqualTo(2);
    }
}
