package io.github.coda4j.generate.request;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.files.ConfigFile;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a request that came as JSON.
 *
 * @param names of the fields that are not called as their parameter is, by the parameter's name
 */
record JsonBody(ConfigFile fields, Map<String, String> names) implements ValueSource {
    @Override
    public <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        String field = nameOf(parameter);
        try {
            return parameter
                    .kind()
                    .read(fields, field)
                    .map(value -> new Setting<>(value, Setting.Origin.REQUEST, field));
        } catch (CodaException e) {
            throw new WrongValueException(field, e.getMessage(), e);
        }
    }

    @Override
    public String nameOf(Parameter<?> parameter) {
        return names.getOrDefault(parameter.name(), parameter.name());
    }
}
