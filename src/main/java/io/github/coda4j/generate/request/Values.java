package io.github.coda4j.generate.request;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        return sources().stream()
                .flatMap(source -> source.find(parameter).map(found -> ranked(source, found)).stream())
                .findFirst();
    }

    /** The strongest value, or this one under the name that the request would use. */
    <T> Setting<T> findOr(Parameter<T> parameter, T standard) {
        return find(parameter).orElseGet(() -> Setting.ofDefault(standard, name(parameter)));
    }

    /** All sources, the strongest first. */
    List<ValueSource> sources() {
        return Stream.concat(Stream.of(given), behind.stream()).toList();
    }

    /** The setting as the source's place among the sources makes it. */
    <T> Setting<T> ranked(ValueSource source, Setting<T> setting) {
        return source == given ? setting : setting.behindRequest();
    }

    /** What the request calls the parameter. */
    String name(Parameter<?> parameter) {
        return given.nameOf(parameter);
    }

    /**
     * The strongest value of one that names a constant in small letters.
     *
     * @param all the constants that can be named
     */
    <E extends Enum<E>> E choice(Parameter<String> parameter, E standard, E[] all) {
        Optional<Setting<String>> found = find(parameter);
        if (found.isEmpty()) {
            return standard;
        }
        for (E value : all) {
            if (value.name().toLowerCase(Locale.ROOT).equals(found.get().value())) {
                return value;
            }
        }
        String known = Arrays.stream(all)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        throw found.get()
                .wrong(String.format(
                        Locale.ROOT, "must be %s, got '%s'", known, found.get().value()));
    }
}
