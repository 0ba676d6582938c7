package io.github.coda4j.text;

import io.github.coda4j.CodaException;

/** A chat request that cannot be said in full; the message is one line that names message and value. */
public final class ChatProblem extends CodaException {
    private static final long serialVersionUID = 1L;

    private final Part kind;

    /** What cannot be said. */
    public enum Part {
        /** Who says it. */
        ROLE,
        /** What is said: it is no text. */
        CONTENT,
        /** Anything else about the request. */
        FORM
    }

    ChatProblem(Part kind, String message) {
        super(message);
        this.kind = kind;
    }

    ChatProblem(Part kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Part kind() {
        return kind;
    }
}
