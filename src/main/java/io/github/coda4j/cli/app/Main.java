package io.github.coda4j.cli.app;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.ServerLog;
import io.github.coda4j.cli.World;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Entry point of the {@code coda} command. */
public final class Main {
    /** Of the library that reads Parquet, which says by itself how it does so; held, or its level is forgotten. */
    private static final Logger PARQUET = Logger.getLogger("dev.hardwood");

    private Main() {}

    /** Sets up the console's log, before the first line is written, where nobody has. */
    private static void log(String setting, String value) {
        System.getProperties().putIfAbsent("org.slf4j.simpleLogger." + setting, value);
    }

    /** A server's, by the name that its variable gives it; any other command tells what a person should act on. */
    static String level(Map<String, String> environment, String... arguments) {
        boolean serves = Arrays.asList(arguments).contains("serve");
        return ServerLog.level(serves ? environment.getOrDefault("LOG_LEVEL", "") : "")
                .orElse("warn");
    }

    /** Runs the command and exits with its code: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 not read. */
    public static void main(String[] arguments) {
        Interrupt interrupt = Interrupt.install();
        int code = run(interrupt, arguments);
        if (interrupt.finish()) {
            System.exit(code);
        }
    }

    /** Runs the command and returns its code, for a process that goes on; see {@link #main}. */
    public static int run(String... arguments) {
        Interrupt interrupt = Interrupt.install();
        int code = run(interrupt, arguments);
        interrupt.finish();
        return code;
    }

    private static int run(Interrupt interrupt, String... arguments) {
        // Names, numbers and messages are the same in every country, also those that libraries make.
        Locale.setDefault(Locale.ROOT);
        // Only what a person should act on; CODA_JAVA_OPTS=-Dorg.slf4j.simpleLogger.defaultLogLevel=debug shows the
        // rest.
        log("defaultLogLevel", Coda.debugs(arguments) ? "info" : level(System.getenv(), arguments));
        // What Spark warns of at each start: names of this machine, libraries that it does without.
        log("log.org.apache.spark.util.Utils", "error");
        log("log.org.apache.hadoop.util.NativeCodeLoader", "error");
        log("showThreadName", "false");
        log("showShortLogName", "true");
        PARQUET.setLevel(Level.WARNING);
        World world = World.ofProcess();
        int code = new Coda(world, interrupt).run(arguments);
        world.flush();
        return code;
    }
}
