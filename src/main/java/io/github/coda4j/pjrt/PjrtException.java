package io.github.coda4j.pjrt;

import io.github.coda4j.CodaException;

/** What a plugin refused or a device failed in, with the plugin's code and words. */
public final class PjrtException extends CodaException {
    private static final long serialVersionUID = 1L;

    private final PjrtCode code;

    /**
     * A failure.
     *
     * @param doing what was asked for, for the message: {@code "compiling a program"}
     * @param message the plugin's; several lines are put into one
     */
    public PjrtException(PjrtCode code, String doing, String message) {
        super(doing + " failed (" + code + "): "
                + String.join("; ", message.strip().split("\\s*\\R\\s*")));
        this.code = code;
    }

    /** The kind of the failure. */
    public PjrtCode code() {
        return code;
    }
}
