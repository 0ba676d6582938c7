package io.github.coda4j.generate.request;

import io.github.coda4j.files.ConfigFile;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A place that gives values of parameters, and what it calls them. */
public sealed interface ValueSource permits Given, JsonBody, Environment, GenerationConfig, FamilyDefaults {
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

    /**
     * The fields of a JSON body; other fields are not looked at. A value of another kind is a
     * {@link io.github.coda4j.WrongValueException} with the field's name.
     *
     * @param json an object
     * @param name what messages call it, for example {@code the request}
     * @throws io.github.coda4j.CodaException when it is not a JSON object
     */
    static ValueSource body(String json, String name) {
        return body(json, name, Map.of());
    }

    /**
     * The same for a body in which some parameters have other names.
     *
     * @param fields the field of a parameter by the parameter's name, for example {@code max_tokens} for
     *     {@code max_new_tokens}; messages name it
     */
    static ValueSource body(String json, String name, Map<String, String> fields) {
        return new JsonBody(ConfigFile.parse(json, name), Map.copyOf(fields));
    }
}
