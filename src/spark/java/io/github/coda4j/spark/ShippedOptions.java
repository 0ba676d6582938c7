package io.github.coda4j.spark;

import io.github.coda4j.data.Avoiding;
import io.github.coda4j.data.CorpusOptions;
import io.github.coda4j.data.Excludes;
import io.github.coda4j.data.Language;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@link CorpusOptions} in a form that travels, and in which they can be compared: an optional value is a list. What is
 * kept away from travels by itself, read: {@link ShippedAvoided}.
 */
record ShippedOptions(
        ArrayList<String> inputs,
        TreeSet<Language> languages,
        String textField,
        String pathField,
        String licenseField,
        TreeSet<String> licenses,
        ArrayList<String> defaultLicense,
        ArrayList<String> globs,
        TreeSet<String> hashes,
        long minBytes,
        long maxBytes,
        ArrayList<Double> nearDuplicate)
        implements Serializable {
    static ShippedOptions of(CorpusOptions options) {
        return new ShippedOptions(
                new ArrayList<>(options.inputs()),
                new TreeSet<>(options.languages()),
                options.textField(),
                options.pathField(),
                options.licenseField(),
                new TreeSet<>(options.licenses()),
                list(options.defaultLicense()),
                new ArrayList<>(options.excludes().globs()),
                new TreeSet<>(options.excludes().hashes()),
                options.minBytes(),
                options.maxBytes(),
                list(options.nearDuplicate()));
    }

    private static <T> ArrayList<T> list(Optional<T> value) {
        return new ArrayList<>(value.map(List::of).orElse(List.of()));
    }

    CorpusOptions options() {
        return new CorpusOptions(
                inputs,
                Set.copyOf(languages),
                textField,
                pathField,
                licenseField,
                licenses,
                defaultLicense.stream().findFirst(),
                new Excludes(globs, hashes, Avoiding.NOTHING),
                minBytes,
                maxBytes,
                nearDuplicate.stream().findFirst());
    }
}
