package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.weights.ConfigFile;
import io.github.coda4j.weights.HubClient;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the folder of the model that a user names: a folder, or the id of a model that was pulled. */
final class ModelLocator {
    static final String HOW_TO_GET_ONE =
            "get one with `coda pull Salesforce/CoDA-v0-Instruct`, or make a random one with `coda init --preset coda-mini --out DIR`";

    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

    private final World world;

    ModelLocator(World world) {
        this.world = world;
    }

    /**
     * The model's folder.
     *
     * @throws CodaException when there is no such folder and no such pulled model
     */
    Path folder(String name) {
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

    /** The folder's generation_config.json, if it has one. */
    static Optional<ConfigFile> generationConfig(Path folder) {
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
