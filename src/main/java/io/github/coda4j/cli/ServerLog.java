package io.github.coda4j.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What a server's log tells, as the variable LOG_LEVEL says it; its names are the original's. */
public final class ServerLog {
    /** The log's own word for each name. */
    private static final Map<String, String> LEVELS = Map.of(
            "TRACE", "debug",
            "DEBUG", "debug",
            "INFO", "info",
            "WARNING", "warn",
            "WARN", "warn",
            "ERROR", "error",
            "CRITICAL", "error");

    private ServerLog() {}

    /** The log's word for that value of the variable; empty where it is none. */
    public static Optional<String> level(String value) {
        return Optional.ofNullable(LEVELS.get(value.strip().toUpperCase(Locale.ROOT)));
    }

    /** @throws IllegalArgumentException when the variable has a value that means nothing */
    public static void check(World world) {
        world.variable("LOG_LEVEL").filter(value -> level(value).isEmpty()).ifPresent(value -> {
            throw new IllegalArgumentException("environment variable LOG_LEVEL must be one of "
                    + String.join(", ", new TreeSet<>(LEVELS.keySet())).toLowerCase(Locale.ROOT) + ", got '" + value
                    + "'");
        });
    }
}
