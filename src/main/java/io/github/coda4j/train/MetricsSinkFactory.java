package io.github.coda4j.train;

import io.github.coda4j.Extension;
import io.github.coda4j.Extensions;
import io.github.coda4j.files.ConfigValues;
import java.util.List;

/**
 * A sink that a config names in {@code metrics.sinks}, alone or as {@code name} of a section with options of its own;
 * found on the class path.
 */
public interface MetricsSinkFactory extends Extension {
    /** The keys that the sink may have beside its name. */
    List<String> options();

    /**
     * Reads the sink's options.
     *
     * @throws IllegalArgumentException when one is out of its range, with the range
     */
    MetricsSinkSettings read(ConfigValues options);

    /** All that lie on the class path. */
    static List<MetricsSinkFactory> known() {
        return Extensions.known(MetricsSinkFactory.class, List.of());
    }
}
