package io.github.coda4j.generate.request;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * A value and where it was found.
 *
 * @param name how messages call it: the flag, the field, the environment variable, or file and key
 */
public record Setting<T>(T value, Origin origin, String name) {
    /** Who says it. What the request says must have an effect; what others say is left out where it has none. */
    public enum Origin {
        /** The request itself. */
        REQUEST,
        /** Whoever runs the program: environment variables, a server's flags. */
        SURROUNDINGS,
        /** The checkpoint. */
        FILE,
        /** Nobody. */
        DEFAULT
    }

    static <T> Setting<T> ofDefault(T value, String name) {
        return new Setting<>(value, Origin.DEFAULT, name);
    }

    boolean isOfRequest() {
        return origin == Origin.REQUEST;
    }

    boolean isOfFile() {
        return origin == Origin.FILE;
    }

    /** The same from a source that stands behind the request. */
    Setting<T> behindRequest() {
        return isOfRequest() ? new Setting<>(value, Origin.SURROUNDINGS, name) : this;
    }

    /**
     * This, if its value is allowed.
     *
     * @param range what is allowed, as in "must be in (0, 1]"
     * @throws CodaException naming the key when a file gave another value
     * @throws WrongValueException naming the flag, field or variable when somebody else did
     */
    Setting<T> require(Predicate<T> allowed, String range) {
        if (!allowed.test(value)) {
            throw wrong("must be " + range + ", got " + value);
        }
        return this;
    }

    /** The exception for this value; the message begins with its name. */
    RuntimeException wrong(String problem) {
        String message = String.format(Locale.ROOT, "%s %s", name, problem);
        return isOfFile() ? new CodaException(message) : new WrongValueException(name, message);
    }

    /** {@code NAME VALUE}, for messages about how values go together. */
    @Override
    public String toString() {
        return origin == Origin.DEFAULT ? name + " " + value + " (the default)" : name + " " + value;
    }
}
