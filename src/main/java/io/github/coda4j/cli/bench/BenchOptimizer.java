package io.github.coda4j.cli.bench;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.train.Adafactor;
import io.github.coda4j.train.AdamW;
import io.github.coda4j.train.LocalUpdater;
import io.github.coda4j.train.Updater;
import io.github.coda4j.weights.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What updates the parameters in {@code coda bench train}. */
enum BenchOptimizer {
    NONE,
    ADAMW,
    ADAFACTOR;

    static BenchOptimizer parse(String name) {
        List<String> names = Arrays.stream(values())
                .map(value -> value.name().toLowerCase(java.util.Locale.ROOT))
                .toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "unknown optimizer \"" + name + "\" in --optimizer; known: " + String.join(", ", names));
        }
        return values()[index];
    }

    /** Bytes of what it remembers. */
    long stateBytes(ModelConfig config) {
        List<TensorSpec> specs = Parameters.of(config, !config.tiedHead());
        return Float.BYTES
                * switch (this) {
                    case NONE -> 0;
                    case ADAMW -> 2 * config.numParameters();
                    case ADAFACTOR ->
                        specs.stream()
                                .mapToLong(spec -> Arrays.stream(spec.shape()).sum())
                                .sum();
                };
    }

    Optional<Updater> open(ParameterStore parameters) {
        return switch (this) {
            case NONE -> Optional.empty();
            case ADAMW -> Optional.of(new LocalUpdater(parameters, AdamW.Settings.DEFAULT));
            case ADAFACTOR -> Optional.of(new LocalUpdater(parameters, Adafactor.Settings.DEFAULT));
        };
    }
}
