package io.github.coda4j.cli.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What flags and a preset say of decoding, as fields of a request to a server. */
final class Sampling {
    private static final List<Parameter<?>> FIELDS = List.of(
            Parameter.TEMPERATURE,
            Parameter.TOP_P,
            Parameter.TOP_K,
            Parameter.SEED,
            Parameter.STEPS,
            Parameter.ALG,
            Parameter.ALG_PARAM,
            Parameter.EPS,
            Parameter.BLOCK_LENGTH,
            Parameter.CACHE,
            Parameter.REFRESH,
            Parameter.CACHED_ROWS,
            Parameter.WINDOW,
            Parameter.BLOCK_START,
            Parameter.MASK_CANDIDATES);

    private Sampling() {}

    /** Only what is said is sent; the length always. Steps are those of a fixed length: servers of ours are told so. */
    static ObjectNode json(Given given, Optional<ValueSource> preset) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        int most = value(Parameter.MAX_NEW_TOKENS, given, preset).orElse(DecodeDefaults.NEW_TOKENS);
        json.put("max_tokens", most);
        Stream<Parameter<?>> ofPolicies = CommitPolicies.BUILT_IN.stream()
                .flatMap(factory -> factory.parameters().stream())
                .map(Parameter::of);
        Stream.concat(FIELDS.stream(), ofPolicies)
                .forEach(parameter ->
                        value(parameter, given, preset).ifPresent(value -> json.set(parameter.name(), Json.of(value))));
        if (json.has(Parameter.STEPS.name())) {
            json.put("length", "fixed");
        }
        return json;
    }

    private static <T> Optional<T> value(Parameter<T> parameter, Given given, Optional<ValueSource> preset) {
        return given.find(parameter)
                .or(() -> preset.flatMap(source -> source.find(parameter)))
                .map(setting -> setting.value());
    }
}
