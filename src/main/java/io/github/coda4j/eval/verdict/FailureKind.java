package io.github.coda4j.eval.verdict;

import java.util.Locale;

/** Why answers fail. */
public enum FailureKind {
    /** It passed. */
    NONE,
    /** There is no answer. */
    EMPTY,
    SYNTAX,
    IMPORT,
    /** It gives something wrong. */
    ASSERTION,
    MEMORY,
    /** Any other exception. */
    EXCEPTION,
    TIMEOUT,
    /** Its process ended without a verdict. */
    DIED,
    /** Another text than what stood there. */
    DIFFERENT;

    /** What became of an answer, in reports. */
    public String outcome() {
        return this == NONE ? "passed" : label();
    }

    /** The name in reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
