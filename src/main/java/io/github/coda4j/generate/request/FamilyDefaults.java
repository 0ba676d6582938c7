package io.github.coda4j.generate.request;

import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.model.ModelKind;
import java.util.Map;
import java.util.Optional;

/**
 * How the authors of a checkpoint's family decode it.
 *
 * @param values by the names of parameters
 */
record FamilyDefaults(ConfigFile values) implements ValueSource {
    /** Those of the family that config.json names, with what is told beside it. */
    static FamilyDefaults of(ConfigFile config, Map<String, Integer> told) {
        return new FamilyDefaults(ConfigFile.of(ModelKind.decoding(config, told), "the defaults of its family"));
    }

    @Override
    public <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        return parameter
                .kind()
                .read(values, parameter.name())
                .map(value -> new Setting<>(value, Setting.Origin.FILE, nameOf(parameter)));
    }

    @Override
    public String nameOf(Parameter<?> parameter) {
        return "the family's " + parameter.name();
    }
}
