package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.files.AccountFolders;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.hub.HubClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the folder of the model that somebody names: a folder, or the id of a model that was pulled from a hub; and the
 * small one in the box. Fetches nothing.
 */
public final class ModelStore {
    /** The hub's name of the full model. */
    public static final String FULL = "Salesforce/CoDA-v0-Instruct";

    /** The property that names the project's folder; the launcher sets it. */
    public static final String HOME = "coda.home";

    private static final String IN_THE_BOX = "models/coda-mini";
    private static final String BOX = "coda-mini, the small model in the box";
    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

    private final Path cache;
    private final Optional<Path> home;

    /**
     * A store over these folders.
     *
     * @param cache where pulled models are kept; need not exist
     * @param home the project's folder, which has the model in the box; empty where there is none
     */
    public ModelStore(Path cache, Optional<Path> home) {
        this.cache = cache;
        this.home = home;
    }

    /**
     * The store of an account.
     *
     * @param environment as {@code System.getenv()} gives it: CODA_CACHE, XDG_CACHE_HOME and LOCALAPPDATA are looked at
     * @param properties of the Java runtime: os.name, user.home and {@value #HOME} are looked at
     */
    public static ModelStore of(Map<String, String> environment, Map<String, String> properties) {
        return new ModelStore(
                new AccountFolders(environment, properties).cache(),
                Optional.ofNullable(properties.get(HOME)).map(Path::of));
    }

    /**
     * The model's folder.
     *
     * @param name a folder, or {@code OWNER/NAME} of a model that was pulled
     * @throws CodaException when there is no such folder and no such pulled model
     */
    public Path folder(String name) {
        check(!name.isBlank(), "the model's name is empty: name a folder or a hub id; %s", howToGetOne());
        Path path = path(name);
        if (Files.exists(path)) {
            return path;
        }
        Path parent = path.getParent();
        if (!HUB_ID.matcher(name).matches() || Files.isDirectory(parent)) {
            throw CodaException.of(
                    "there is no model folder %s%s; %s", name, Nearest.hint(name, models(parent)), howToGetOne());
        }
        HubClient hub = new HubClient(HubClient.DEFAULT_ENDPOINT, Optional.empty(), cache);
        return hub.cached(name, HubClient.DEFAULT_REVISION)
                .orElseThrow(() -> CodaException.of(
                        "%s is neither a folder nor a model that was pulled; `coda pull %s` fetches it%s",
                        name, name, inTheBox().isPresent() ? ", or leave the name out to take " + BOX : ""));
    }

    /** How to come by a model, for messages. */
    public String howToGetOne() {
        String fetch = "fetch the full one with `coda pull " + FULL + "`";
        return inTheBox()
                .map(folder -> "leave the name out to take " + BOX + " (" + folder + "), or " + fetch)
                .orElse(fetch);
    }

    /** The model folders beside the one that is not there. */
    private static List<String> models(Path parent) {
        if (parent == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(child -> Files.exists(child.resolve(CheckpointFolder.CONFIG)))
                    .map(Path::toString)
                    .toList();
        } catch (IOException e) {
            throw FileProblems.cannot("read", parent, e);
        }
    }

    /**
     * The folder of coda-mini, the small trained model that comes with the project; empty in a Java process without the
     * project's folder.
     */
    public Optional<Path> inTheBox() {
        return home.map(folder -> folder.resolve(IN_THE_BOX)).filter(Files::isDirectory);
    }

    /** Whether a model's folder is that of the small model in the box. */
    public boolean isInTheBox(Path folder) {
        return inTheBox().filter(box -> absolute(box).equals(absolute(folder))).isPresent();
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new CodaException("'" + name + "' cannot name a folder: " + e.getReason(), e);
        }
    }
}
