package io.github.coda4j.generate;

/** Why an answer ends where it ends. */
public enum FinishReason {
    /** An end token. */
    STOP,
    /** A stop string. */
    STOP_STRING,
    /** All its tokens are used. */
    LENGTH,
    /** {@link Generation#cancel} was called. */
    CANCELLED,
    /** The request's deadline passed. */
    DEADLINE
}
