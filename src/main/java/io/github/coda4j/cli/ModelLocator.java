package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.weights.hub.HubClient;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the folder of the model that a user names: a folder, or the id of a model that was pulled. */
public final class ModelLocator {
    public static final String HOW_TO_GET_ONE =
            "get one with `coda pull Salesforce/CoDA-v0-Instruct`, or make a random one with `coda init "
                    + "--preset coda-mini --out DIR`";

    /** The property that names the project's folder; the launcher sets it. */
    public static final String HOME = "coda.home";

    private static final String IN_THE_BOX = "models/coda-mini";
    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

    private final World world;

    public ModelLocator(World world) {
        this.world = world;
    }

    /**
     * The model's folder.
     *
     * @throws CodaException when there is no such folder and no such pulled model
     */
    public Path folder(String name) {
        check(!name.isBlank(), "the model's name is empty: name a folder or a hub id; %s", HOW_TO_GET_ONE);
        Path path = path(name);
        if (Files.exists(path)) {
            return path;
        }
        if (!HUB_ID.matcher(name).matches()) {
            throw CodaException.of("there is no model folder %s; %s", name, HOW_TO_GET_ONE);
        }
        HubClient hub = new HubClient(HubClient.DEFAULT_ENDPOINT, Optional.empty(), Folders.cache(world));
        return hub.cached(name, HubClient.DEFAULT_REVISION)
                .orElseThrow(() -> CodaException.of(
                        "%s is neither a folder nor a model that was pulled; `coda pull %s` fetches it", name, name));
    }

    /**
     * The folder of coda-mini, the small trained model that comes with the project. Says on standard error that it is
     * taken.
     *
     * @throws IllegalArgumentException when it is not there, as in a Java process without the project's folder
     */
    public Path inTheBox() {
        Path folder = Optional.ofNullable(world.systemProperties().get(HOME))
                .map(home -> Path.of(home).resolve(IN_THE_BOX))
                .filter(Files::isDirectory)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no model given and coda-mini is not here: add --model DIR|ID; " + HOW_TO_GET_ONE));
        world.note("No --model: coda-mini answers, a small model that completes code but follows few "
                + "instructions. The full one:"
                + " coda pull Salesforce/CoDA-v0-Instruct");
        return folder;
    }

    /** The folder's generation_config.json, if it has one. */
    public static Optional<ConfigFile> generationConfig(Path folder) {
        Path file = folder.resolve("generation_config.json");
        return Files.exists(file) ? Optional.of(ConfigFile.read(file)) : Optional.empty();
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new CodaException("'" + name + "' cannot name a folder: " + e.getReason(), e);
        }
    }
}
