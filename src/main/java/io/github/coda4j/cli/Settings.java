package io.github.coda4j.cli;

import io.github.coda4j.files.ConfigFile;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Finds values: a flag beats the environment, which beats the checkpoint's generation_config.json, which beats the
 * default.
 */
public final class Settings {
    private static final String FILE_NAME = "generation_config.json";

    private final Function<String, Optional<String>> environment;
    private final Optional<ConfigFile> file;

    /**
     * How a kind of value is read.
     *
     * @param what what it is, for messages
     */
    public record Kind<T>(String what, Function<String, T> parse, BiFunction<ConfigFile, String, Optional<T>> read) {
        public static final Kind<Integer> INTEGER = new Kind<>(
                "an integer",
                Integer::valueOf,
                (f, key) -> f.optionalInt(key).stream().boxed().findFirst());
        public static final Kind<Double> NUMBER = new Kind<>(
                "a number",
                Double::valueOf,
                (f, key) -> f.optionalDouble(key).stream().boxed().findFirst());
        public static final Kind<Boolean> TRUTH =
                new Kind<>("true or false", Boolean::valueOf, ConfigFile::optionalBoolean);
        public static final Kind<String> TEXT = new Kind<>("text", text -> text, ConfigFile::optionalString);
    }

    private Settings(Function<String, Optional<String>> environment, Optional<ConfigFile> file) {
        this.environment = environment;
        this.file = file;
    }

    /** Flags, environment and, where there is one, the checkpoint's file. */
    public static Settings of(World world, Optional<ConfigFile> generationConfig) {
        return new Settings(world::variable, generationConfig);
    }

    /** Flags only: what is compared with another program depends on nothing that is not in the command. */
    public static Settings ofFlags() {
        return new Settings(_ -> Optional.empty(), Optional.empty());
    }

    /**
     * The strongest value given.
     *
     * @param flag name of the flag
     * @param given the flag's value
     * @param variable name of the environment variable; empty when there is none
     * @param keys keys of the file, the first one present counts
     * @throws IllegalArgumentException when the variable's text is of another kind
     * @throws io.github.coda4j.CodaException when the file's value is
     */
    public <T> Optional<Setting<T>> find(
            String flag, Optional<T> given, Kind<T> kind, String variable, List<String> keys) {
        if (given.isPresent()) {
            return Optional.of(new Setting<>(given.get(), Setting.Origin.FLAG, flag));
        }
        Optional<Setting<T>> fromEnvironment = variable.isEmpty()
                ? Optional.empty()
                : environment.apply(variable).map(text -> parsed(variable, text, kind));
        return fromEnvironment.or(() -> keys.stream()
                .flatMap(key -> file.flatMap(f -> kind.read().apply(f, key)).stream()
                        .map(value -> new Setting<>(value, Setting.Origin.FILE, FILE_NAME + ": " + key)))
                .findFirst());
    }

    private static <T> Setting<T> parsed(String variable, String text, Kind<T> kind) {
        String name = "environment variable " + variable;
        try {
            return new Setting<>(kind.parse().apply(text), Setting.Origin.ENVIRONMENT, name);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be %s, got '%s'", name, kind.what(), text), e);
        }
    }
}
