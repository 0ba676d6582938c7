package io.github.coda4j.cli;

import io.github.coda4j.generate.ModelStore;
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

    /** What it is called; empty for the model in the box. */
    public Optional<String> name() {
        return model;
    }

    /**
     * The model's folder; that of the small model in the box, which it says on standard error, when no model is named.
     *
     * @throws IllegalArgumentException when no model is named and there is none in the box
     * @throws io.github.coda4j.CodaException when there is none of that name
     */
    public Path folder(World world) {
        return folder(model, world);
    }

    /** The folder of the model of that name, or of the one in the box, as {@link #folder(World)} finds them. */
    public static Path folder(Optional<String> name, World world) {
        ModelStore store = world.modelStore();
        if (name.isPresent()) {
            return store.folder(name.get());
        }
        Path folder = store.inTheBox()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no model given and coda-mini is not here: add --model DIR|ID; " + store.howToGetOne()));
        world.note("No --model: this is coda-mini, a small model that fills holes in code. The full one: coda pull "
                + ModelStore.FULL);
        return folder;
    }
}
