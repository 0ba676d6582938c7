package io.github.coda4j.generate.request;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.files.ConfigFile;
import java.util.Optional;

/** The fields of a request that came as JSON. */
record JsonBody(ConfigFile fields) implements ValueSource {
    @Override
    public <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        try {
            return parameter
                    .kind()
                    .read(fields, parameter.name())
                    .map(value -> new Setting<>(value, Setting.Origin.REQUEST, parameter.name()));
        } catch (CodaException e) {
            throw new WrongValueException(parameter.name(), e.getMessage(), e);
        }
    }

    @Override
    public String nameOf(Parameter<?> parameter) {
        return parameter.name();
    }
}
