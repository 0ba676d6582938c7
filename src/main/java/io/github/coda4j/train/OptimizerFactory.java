package io.github.coda4j.train;

import io.github.coda4j.Extension;
import io.github.coda4j.Extensions;
import io.github.coda4j.files.ConfigValues;
import java.util.List;

/**
 * An optimizer that a config names as {@code optimizer.name}, with options of its own beside it. {@link AdamW} and
 * {@link Adafactor} are built in; others are found on the class path.
 */
public interface OptimizerFactory extends Extension {
    /** The keys that the optimizer may have in the section {@code optimizer}. */
    List<String> options();

    /**
     * Reads the optimizer's numbers; all of them have defaults.
     *
     * @throws IllegalArgumentException when one is out of its range, with the range
     */
    OptimizerSettings read(ConfigValues options);

    /** The optimizer with its default numbers. */
    default OptimizerSettings defaults() {
        return read(ConfigSection.root(name(), ConfigText.empty(), options().toArray(String[]::new)));
    }

    /** The built-in optimizers and those on the class path. */
    static List<OptimizerFactory> known() {
        return Extensions.known(OptimizerFactory.class, List.of(new AdamW.Factory(), new Adafactor.Factory()));
    }
}
