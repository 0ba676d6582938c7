package io.github.coda4j.eval;

import java.util.Optional;

/** Whether a document is still one of its language after a span of it was filled in. */
@FunctionalInterface
public interface Validity {
    /** Says nothing about any document. */
    Validity UNKNOWN = (_, _) -> Optional.empty();

    /**
     * The verdict; empty where there is none, because the document is of another language or was not valid in the first
     * place.
     *
     * @param filled the tokens in place of the span's answer
     */
    Optional<Boolean> of(InfillSpan span, int[] filled);
}
