package io.github.coda4j.generate;

import io.github.coda4j.CodaException;

/** The request was not taken because too many are under way; try again later. */
public final class EngineBusyException extends CodaException {
    private static final long serialVersionUID = 1L;

    /** One line that says how many requests wait. */
    public EngineBusyException(String message) {
        super(message);
    }
}
