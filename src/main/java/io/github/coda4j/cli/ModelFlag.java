package io.github.coda4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model. */
public final class ModelFlag {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Model folder, or the hub id of a model that was pulled (default: coda-mini, the small "
                    + "model in the box).")
    Optional<String> model = Optional.empty();

    /**
     * The model's folder; that of the small model in the box, which it says on standard error, when no model is named.
     *
     * @throws IllegalArgumentException when no model is named and there is none in the box
     * @throws io.github.coda4j.CodaException when there is none of that name
     */
    public Path folder(World world) {
        ModelLocator locator = new ModelLocator(world);
        return model.map(locator::folder).orElseGet(locator::inTheBox);
    }
}
