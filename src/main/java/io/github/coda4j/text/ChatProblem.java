package io.github.coda4j.text;

import io.github.coda4j.CodaException;

/** A chat request that cannot be said in full; the message is one line that names message and value. */
public final class ChatProblem extends CodaException {
    private static final long serialVersionUID = 1L;

    private final Part kind;
    private final String path;

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
        this(kind, message, null);
    }

    ChatProblem(Part kind, String message, Throwable cause) {
        this(kind, "", message, cause);
    }

    private ChatProblem(Part kind, String path, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.path = path;
    }

    /** The same in that element of the request, for example {@code messages[0]}. */
    ChatProblem in(String element) {
        String field = switch (kind) {
            case ROLE -> ".role";
            case CONTENT -> ".content";
            case FORM -> "";
        };
        return new ChatProblem(kind, element + field, getMessage(), this);
    }

    public Part kind() {
        return kind;
    }

    /** Where in the request it is, for example {@code messages[0].content}; empty where no message is the problem. */
    public String path() {
        return path;
    }
}
