package io.github.coda4j.generate.request;

import java.util.List;
import java.util.Optional;

/**
 * The sources of one request.
 *
 * @param given the request itself
 * @param behind what stands behind it, the strongest first
 */
record Values(ValueSource given, List<ValueSource> behind) {
    Values {
        behind = List.copyOf(behind);
    }

    /** The strongest value. */
    <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        return given.find(parameter)
                .or(() -> behind.stream()
                        .flatMap(source -> source.find(parameter).stream())
                        .map(Setting::behindRequest)
                        .findFirst());
    }

    /** The strongest value, or this one under the name that the request would use. */
    <T> Setting<T> findOr(Parameter<T> parameter, T standard) {
        return find(parameter).orElseGet(() -> Setting.ofDefault(standard, name(parameter)));
    }

    /** What the request calls the parameter. */
    String name(Parameter<?> parameter) {
        return given.nameOf(parameter);
    }
}
