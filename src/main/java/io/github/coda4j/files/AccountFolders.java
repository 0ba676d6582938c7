package io.github.coda4j.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The folders of a person's account that programs may use, by the customs of the operating system.
 *
 * @param environment variables of the process; a blank one counts as not set
 * @param properties of the Java runtime: os.name and user.home are looked at
 */
public record AccountFolders(Map<String, String> environment, Map<String, String> properties) {
    private static final String NAME = "coda4j";

    public AccountFolders {
        environment = Map.copyOf(environment);
        properties = Map.copyOf(properties);
    }

    /** Where pulled models are kept: CODA_CACHE, or the account's folder for caches. */
    public Path cache() {
        return variable("CODA_CACHE").map(Path::of).orElseGet(() -> switch (system()) {
            case MAC -> home().resolve("Library/Caches").resolve(NAME);
            case WINDOWS -> windows().resolve(NAME).resolve("cache");
            case OTHER -> xdg("XDG_CACHE_HOME", ".cache");
        });
    }

    /** Where the history of chats is kept. */
    public Path state() {
        return switch (system()) {
            case MAC -> home().resolve("Library/Application Support").resolve(NAME);
            case WINDOWS -> windows().resolve(NAME);
            case OTHER -> xdg("XDG_STATE_HOME", ".local/state");
        };
    }

    private enum OperatingSystem {
        MAC,
        WINDOWS,
        OTHER
    }

    private OperatingSystem system() {
        String name = properties.getOrDefault("os.name", "").toLowerCase(Locale.ROOT);
        if (name.contains("mac")) {
            return OperatingSystem.MAC;
        }
        return name.contains("windows") ? OperatingSystem.WINDOWS : OperatingSystem.OTHER;
    }

    private Path xdg(String variable, String underHome) {
        Optional<Path> named = variable(variable).map(Path::of).filter(Path::isAbsolute);
        return named.orElseGet(() -> home().resolve(underHome)).resolve(NAME);
    }

    private Path windows() {
        return variable("LOCALAPPDATA").map(Path::of).orElseGet(() -> home().resolve("AppData/Local"));
    }

    private Path home() {
        // As scripts/start.sh: the JVM asks the list of accounts, which may lack the user's or say another folder.
        Optional<Path> named = system() == OperatingSystem.WINDOWS
                ? Optional.empty()
                : variable("HOME").map(Path::of).filter(Path::isAbsolute);
        return named.orElseGet(() -> Path.of(properties.getOrDefault("user.home", ".")));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }
}
