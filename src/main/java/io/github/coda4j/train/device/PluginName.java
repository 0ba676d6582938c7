package io.github.coda4j.train.device;

import static io.github.coda4j.Checks.check;

import java.nio.file.Path;
import java.util.Optional;

/** Which PJRT plugin a run computes on: {@code tpu}, {@code pjrt:oracle} or {@code pjrt:PATH}. */
public sealed interface PluginName {
    /** How they are written, for messages. */
    String KNOWN = "tpu, pjrt:oracle, pjrt:PATH";

    /** Google's libtpu: where TPU_LIBRARY_PATH says, or where the system looks for libraries. */
    record Tpu() implements PluginName {
        @Override
        public String toString() {
            return TPU;
        }
    }

    /** XLA on this processor, to compare with. */
    record Oracle() implements PluginName {
        @Override
        public String toString() {
            return PREFIX + ORACLE;
        }
    }

    /** A plugin's library. */
    record Library(Path path) implements PluginName {
        @Override
        public String toString() {
            return PREFIX + path;
        }
    }

    /** What stands before all but {@code tpu}, which may have it. */
    String PREFIX = "pjrt:";

    /** Name of the plugin for TPUs. */
    String TPU = "tpu";

    /** Name of the oracle. */
    String ORACLE = "oracle";

    /**
     * The plugin that a text names; empty where it names another kind of device.
     *
     * @throws IllegalArgumentException when {@code pjrt:} stands alone
     */
    static Optional<PluginName> of(String text) {
        if (text.equals(TPU)) {
            return Optional.of(new Tpu());
        }
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String name = text.substring(PREFIX.length());
        check(!name.isBlank(), "%s names no plugin; known: %s", text, KNOWN);
        return Optional.of(
                switch (name) {
                    case TPU -> new Tpu();
                    case ORACLE -> new Oracle();
                    default -> new Library(Path.of(name));
                });
    }
}
