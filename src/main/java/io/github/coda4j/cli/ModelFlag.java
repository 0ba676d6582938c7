package io.github.coda4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model. */
final class ModelFlag {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Model folder, or the hub id of a model that was pulled.")
    Optional<String> model = Optional.empty();

    /**
     * The model's folder.
     *
     * @throws IllegalArgumentException when no model is named
     * @throws io.github.coda4j.CodaException when there is none of that name
     */
    Path folder(World world) {
        return new ModelLocator(world)
                .folder(model.orElseThrow(() -> new IllegalArgumentException(
                        "no model given: add --model DIR|ID; " + ModelLocator.HOW_TO_GET_ONE)));
    }
}
