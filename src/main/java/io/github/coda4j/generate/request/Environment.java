package io.github.coda4j.generate.request;

import io.github.coda4j.WrongValueException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Environment variables. */
record Environment(Function<String, Optional<String>> variables) implements ValueSource {
    @Override
    public <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        return parameter.variable().isEmpty()
                ? Optional.empty()
                : variables.apply(parameter.variable()).map(text -> parsed(parameter, text));
    }

    @Override
    public String nameOf(Setting<?> setting, String entry) {
        return setting.name() + " " + entry;
    }

    @Override
    public String nameOf(Parameter<?> parameter) {
        return "environment variable " + parameter.variable();
    }

    private <T> Setting<T> parsed(Parameter<T> parameter, String text) {
        String name = nameOf(parameter);
        try {
            return new Setting<>(parameter.kind().parse(text), Setting.Origin.SURROUNDINGS, name);
        } catch (IllegalArgumentException e) {
            String what = parameter.kind().what();
            throw new WrongValueException(
                    name, String.format(Locale.ROOT, "%s must be %s, got '%s'", name, what, text), e);
        }
    }
}
