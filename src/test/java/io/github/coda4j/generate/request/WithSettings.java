package io.github.coda4j.generate.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.ScheduledSelector;
import io.github.coda4j.files.ConfigFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What was given in flags, bodies, environment and generation_config.json, and the settings that come of it. */
abstract class WithSettings {
    static final int MOST = 4096;
    static final List<Parameter<?>> PARAMETERS = List.of(
            Parameter.STEPS,
            Parameter.ALG,
            Parameter.ALG_PARAM,
            Parameter.of(ScheduledSelector.ALG_TEMP),
            Parameter.of(ConfidenceThreshold.THRESHOLD),
            Parameter.TEMPERATURE,
            Parameter.TOP_P,
            Parameter.TOP_K,
            Parameter.SEED,
            Parameter.EPS,
            Parameter.BLOCK_LENGTH,
            Parameter.CACHE,
            Parameter.REFRESH,
            Parameter.CACHED_ROWS,
            Parameter.WINDOW,
            Parameter.GROW,
            Parameter.BLOCK_START,
            Parameter.MASK_CANDIDATES,
            Parameter.HOLE_PADS,
            Parameter.MAX_NEW_TOKENS,
            Parameter.UNTIL,
            Parameter.STOP,
            Parameter.THINKING);

    final Map<String, String> variables = new HashMap<>();
    Optional<ConfigFile> file = Optional.empty();

    void file(String json) {
        file = Optional.of(ConfigFile.parse(json, "generation_config.json"));
    }

    DecodeSettings settings(ValueSource given) {
        ValueSource environment = ValueSource.environment(
                name -> Optional.ofNullable(variables.get(name)).filter(text -> !text.isBlank()));
        List<ValueSource> checkpoint =
                file.stream().<ValueSource>map(GenerationConfig::new).toList();
        return new DecodeDefaults(checkpoint).behind(environment).resolve(given);
    }

    DecodeOptions resolve(String flags, int newTokens) {
        Set<Integer> end = flags.contains("--seed") ? Set.of(9) : Set.of();
        return settings(flags(flags)).options(CanvasShape.ofCompletion(0, newTokens), MOST, end);
    }

    int length(String flags) {
        return settings(flags(flags)).maxNewTokens();
    }

    DecodeOptions completion(String flags) {
        return settings(flags(flags)).completion(0, MOST, Set.of());
    }

    static ValueSource body(String json) {
        return ValueSource.body(json, "the request");
    }

    void refusedField(String json, String field, String message) {
        assertThatThrownBy(() -> settings(body(json)).completion(0, MOST, Set.of()))
                .isInstanceOfSatisfying(
                        WrongValueException.class,
                        e -> assertThat(e.parameter()).isEqualTo(field))
                .hasMessageContaining(message);
    }

    static Given flags(String line) {
        Given given = Given.asFlags();
        String[] words = line.isEmpty() ? new String[0] : line.split(" ");
        for (int i = 0; i < words.length; i += 2) {
            String flag = words[i];
            Parameter<?> named = PARAMETERS.stream()
                    .filter(parameter -> parameter.flag().equals(flag))
                    .findFirst()
                    .orElseThrow();
            given = with(given, named, words[i + 1]);
        }
        return given;
    }

    static <T> Given with(Given given, Parameter<T> parameter, String text) {
        return given.with(parameter, parameter.kind().parse(text));
    }
}
