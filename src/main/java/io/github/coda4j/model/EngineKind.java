package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import java.util.Locale;

/** Which transformer runs a model. */
public enum EngineKind {
    /** {@link PlainTransformer}: libtorch operations, any device, differentiable. */
    PLAIN,
    /** {@link FastTransformer}: packed weights and fused passes on the CPU. */
    FAST;

    /** Reads {@code plain} or {@code fast}. */
    public static EngineKind parse(String text) {
        for (EngineKind kind : values()) {
            if (kind.toString().equals(text.toLowerCase(Locale.ROOT))) {
                return kind;
            }
        }
        check(false, "unknown engine \"%s\"; known: plain, fast", text);
        throw new AssertionError();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
