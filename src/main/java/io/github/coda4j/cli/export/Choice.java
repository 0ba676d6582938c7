package io.github.coda4j.cli.export;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A flag whose value is one of a few words. */
final class Choice {
    private Choice() {}

    /** @throws IllegalArgumentException with the words that there are */
    static <E extends Enum<E>> E of(String flag, String given, List<E> all) {
        return all.stream()
                .filter(one -> word(one).equals(given))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(flag + " must be one of " + words(all) + ", got '" + given + "'"));
    }

    /** As it is given. */
    static String word(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    private static String words(List<? extends Enum<?>> all) {
        return all.stream().map(Choice::word).collect(Collectors.joining(", "));
    }
}
