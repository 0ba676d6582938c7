package io.github.coda4j.cli;

import io.github.coda4j.CodaException;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * A value and where it was found.
 *
 * @param name how messages call it: the flag, the environment variable, or file and key
 */
public record Setting<T>(T value, Origin origin, String name) {
    /** Places that give values, the strongest first. */
    enum Origin {
        FLAG,
        ENVIRONMENT,
        FILE,
        DEFAULT
    }

    public static <T> Setting<T> ofDefault(T value, String name) {
        return new Setting<>(value, Origin.DEFAULT, name);
    }

    boolean isFlag() {
        return origin == Origin.FLAG;
    }

    /**
     * This, if its value is allowed.
     *
     * @param range what is allowed, as in "must be in (0, 1]"
     * @throws CodaException naming the key when a file gave another value
     * @throws IllegalArgumentException naming the flag or variable when the user did
     */
    public Setting<T> require(Predicate<T> allowed, String range) {
        if (!allowed.test(value)) {
            throw wrong("must be " + range + ", got " + value);
        }
        return this;
    }

    /** The exception for this value; the message begins with its name. */
    RuntimeException wrong(String problem) {
        String message = String.format(Locale.ROOT, "%s %s", name, problem);
        return origin == Origin.FILE ? new CodaException(message) : new IllegalArgumentException(message);
    }

    /** {@code NAME VALUE}, for messages about how values go together. */
    @Override
    public String toString() {
        return origin == Origin.DEFAULT ? name + " " + value + " (the default)" : name + " " + value;
    }
}
