package io.github.coda4j.generate.request;

import io.github.coda4j.decode.BlockLength;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Values that a program has in its hands: parsed flags, or arguments of a Java call. Immutable. */
public final class Given implements ValueSource {
    private final Function<Parameter<?>, String> names;
    private final Map<Parameter<?>, Object> values;

    private Given(Function<Parameter<?>, String> names, Map<Parameter<?>, Object> values) {
        this.names = names;
        this.values = Map.copyOf(values);
    }

    /** No flags yet; messages will say {@code --block-length}. */
    public static Given asFlags() {
        return new Given(Parameter::flag, Map.of());
    }

    /** No values yet; messages will say {@code blockLength}. */
    public static Given inJava() {
        return new Given(Parameter::javaName, Map.of());
    }

    /**
     * No values yet, of somebody who has names of their own.
     *
     * @param names what messages will call a parameter
     */
    public static Given named(Function<Parameter<?>, String> names) {
        return new Given(names, Map.of());
    }

    /** The same with this value; it replaces an earlier one. */
    public <T> Given with(Parameter<T> parameter, T value) {
        Map<Parameter<?>, Object> more = new HashMap<>(values);
        more.put(parameter, value);
        return new Given(names, more);
    }

    /** The same with blocks of so many tokens, at least 1: for {@link Parameter#BLOCK_LENGTH}. */
    public Given with(Parameter<BlockLength> parameter, int tokens) {
        return with(parameter, BlockLength.of(tokens));
    }

    /** The same, with this value if there is one. */
    public <T> Given with(Parameter<T> parameter, Optional<T> value) {
        return value.isEmpty() ? this : with(parameter, value.get());
    }

    @Override
    @SuppressWarnings("unchecked") // with() puts values of the parameter's type
    public <T> Optional<Setting<T>> find(Parameter<T> parameter) {
        return Optional.ofNullable(values.get(parameter))
                .map(value -> new Setting<>((T) value, Setting.Origin.REQUEST, nameOf(parameter)));
    }

    @Override
    public String nameOf(Setting<?> setting, String entry) {
        return setting.name() + " " + entry;
    }

    @Override
    public String nameOf(Parameter<?> parameter) {
        return names.apply(parameter);
    }
}
