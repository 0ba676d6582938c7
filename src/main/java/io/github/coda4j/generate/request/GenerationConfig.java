package io.github.coda4j.generate.request;

import io.github.coda4j.files.ConfigFile;
import java.util.Optional;

/** What a checkpoint says about itself. */
record GenerationConfig(ConfigFile file) implements ValueSource {
    static final String FILE_NAME = "generation_config.json";

    @Override
    public <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        return parameter.keys().stream()
                .flatMap(key -> parameter.kind().read(file, key).stream()
                        .map(value -> new Setting<>(value, Setting.Origin.FILE, FILE_NAME + ": " + key)))
                .findFirst();
    }

    @Override
    public String nameOf(Parameter<?> parameter) {
        return FILE_NAME + ": " + parameter.name();
    }
}
