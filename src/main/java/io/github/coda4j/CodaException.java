package io.github.coda4j;

import java.util.Locale;

/**
 * Data that cannot be used: a broken checkpoint, a missing file, a full disk. The message is one line that says what,
 * where, the value, the allowed range and what to do; the command line prints it without a stack trace and exits with
 * 1. Wrong arguments are {@link IllegalArgumentException}s instead and exit with 2.
 */
public class CodaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** One line that says what, where, value, range and what to do. */
    public CodaException(String message) {
        super(message);
    }

    /** The same with what brought it about. */
    public CodaException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A message made with {@link String#format}. */
    public static CodaException of(String format, Object... arguments) {
        return new CodaException(String.format(Locale.ROOT, format, arguments));
    }
}
