package io.github.coda4j;

import java.util.Locale;

/** Checks of arguments: the message says what, the value and the allowed range. */
public final class Checks {
    private Checks() {}

    /** Throws an {@link IllegalArgumentException} with the formatted message unless the condition holds. */
    public static void check(boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }
}
