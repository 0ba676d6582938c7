package io.github.coda4j.model.training;

import io.github.coda4j.model.EngineKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which forward and backward trains a model. */
public enum PassKind {
    /** {@link FusedTrainingPass}: a backward pass by hand and fused kernels, on the CPU. */
    FUSED,
    /** {@link PlainTrainingPass}: libtorch's operations and its autograd, on any device. */
    PLAIN;

    /** The pass of an engine: fused for the fast one. */
    public static PassKind of(EngineKind engine) {
        return engine == EngineKind.FAST ? FUSED : PLAIN;
    }

    /** {@code fused} or {@code plain}; empty for another name. */
    public static Optional<PassKind> named(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.toString().equals(name))
                .findFirst();
    }

    /** All names that {@link #named} knows. */
    public static List<String> names() {
        return Arrays.stream(values()).map(PassKind::toString).toList();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
