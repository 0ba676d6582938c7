package io.github.coda4j;

/**
 * A value that was given and cannot be used. Beside the message it carries which parameter the message is about, so
 * that a server can name the field of the request.
 */
public final class WrongValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String parameter;

    /**
     * @param parameter its name where the value was given, such as {@code --steps} or {@code steps}
     * @param message one line: what, value, allowed range
     */
    public WrongValueException(String parameter, String message) {
        super(message);
        this.parameter = parameter;
    }

    /** With what led to it. */
    public WrongValueException(String parameter, String message, Throwable cause) {
        super(message, cause);
        this.parameter = parameter;
    }

    /** The parameter's name where the value was given: a flag, a variable, a field of a JSON body. */
    public String parameter() {
        return parameter;
    }
}
