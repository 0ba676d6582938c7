package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.pjrt.PjrtCode;

/** What a {@link Backend} says to its caller through the plugin, which gets it as an error with code and message. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final PjrtCode code;

    /** A failure with the message that the plugin's caller sees. */
    public Failure(PjrtCode code, String message) {
        super(message);
        this.code = code;
    }

    /** Its kind. */
    public PjrtCode code() {
        return code;
    }
}
