package io.github.coda4j.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The folders of a person's account that programs may use, by the customs of the operating system. */
public final class Folders {
    private static final String NAME = "coda4j";

    private Folders() {}

    /** Where pulled models are kept: CODA_CACHE, or the account's folder for caches. */
    public static Path cache(World world) {
        return world.variable("CODA_CACHE").map(Path::of).orElseGet(() -> switch (system(world)) {
            case MAC -> home(world).resolve("Library/Caches").resolve(NAME);
            case WINDOWS -> windows(world).resolve(NAME).resolve("cache");
            case OTHER -> xdg(world, "XDG_CACHE_HOME", ".cache");
        });
    }

    /** Where the history of chats is kept. */
    public static Path state(World world) {
        return switch (system(world)) {
            case MAC -> home(world).resolve("Library/Application Support").resolve(NAME);
            case WINDOWS -> windows(world).resolve(NAME);
            case OTHER -> xdg(world, "XDG_STATE_HOME", ".local/state");
        };
    }

    private enum OperatingSystem {
        MAC,
        WINDOWS,
        OTHER
    }

    private static OperatingSystem system(World world) {
        String name = world.systemProperties().getOrDefault("os.name", "").toLowerCase(Locale.ROOT);
        if (name.contains("mac")) {
            return OperatingSystem.MAC;
        }
        return name.contains("windows") ? OperatingSystem.WINDOWS : OperatingSystem.OTHER;
    }

    private static Path xdg(World world, String variable, String underHome) {
        Optional<Path> named = world.variable(variable).map(Path::of).filter(Path::isAbsolute);
        return named.orElseGet(() -> home(world).resolve(underHome)).resolve(NAME);
    }

    private static Path windows(World world) {
        return world.variable("LOCALAPPDATA")
                .map(Path::of)
                .orElseGet(() -> home(world).resolve("AppData/Local"));
    }

    private static Path home(World world) {
        Map<String, String> properties = world.systemProperties();
        return Path.of(properties.getOrDefault("user.home", "."));
    }
}
