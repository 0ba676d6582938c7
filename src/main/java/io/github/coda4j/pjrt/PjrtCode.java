package io.github.coda4j.pjrt;

import java.util.Locale;

/** The kinds of failures of the PJRT C API, in the order of their numbers from 1 on. */
public enum PjrtCode {
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    /** The kind with a number; {@link #UNKNOWN} for a number that is none. */
    public static PjrtCode of(int number) {
        return number >= 1 && number <= values().length ? values()[number - 1] : UNKNOWN;
    }

    /** Its number in the C API. */
    public int number() {
        return ordinal() + 1;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
