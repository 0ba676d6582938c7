package io.github.coda4j.generate.request;

import io.github.coda4j.files.ConfigFile;
import java.util.Optional;
import java.util.function.Function;

/** A place that gives values of parameters, and what it calls them. */
public sealed interface ValueSource permits Given, JsonBody, Environment, GenerationConfig {
    /**
     * The value, if there is one.
     *
     * @throws io.github.coda4j.WrongValueException when it is of another kind
     * @throws io.github.coda4j.CodaException when a file's value is of another kind
     */
    <T> Optional<Setting<T>> find(Parameter<T> parameter);

    /** What the parameter is called here, for messages: {@code --steps}. */
    String nameOf(Parameter<?> parameter);

    /** What an entry of a value with entries is called here. */
    default String nameOf(Setting<?> setting, String entry) {
        return setting.name() + "." + entry;
    }

    /**
     * Environment variables.
     *
     * @param variables gives the value of a variable; empty where it is not set or blank
     */
    static ValueSource environment(Function<String, Optional<String>> variables) {
        return new Environment(variables);
    }

    /** A checkpoint's generation_config.json. */
    static ValueSource generationConfig(ConfigFile file) {
        return new GenerationConfig(file);
    }

    /**
     * The fields of a JSON body; other fields are not looked at. A value of another kind is a
     * {@link io.github.coda4j.WrongValueException} with the field's name.
     */
    static ValueSource body(ConfigFile fields) {
        return new JsonBody(fields);
    }
}
