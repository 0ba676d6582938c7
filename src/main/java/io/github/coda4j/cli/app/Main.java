package io.github.coda4j.cli.app;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import java.util.List;

/** Entry point of the {@code coda} command. */
public final class Main {
    private Main() {}

    /** Runs the command and exits with its code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
    public static void main(String[] arguments) {
        List<String> given = List.of(arguments);
        if (given.contains("--debug")) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "info");
        }
        World world = World.ofProcess();
        Interrupt interrupt = Interrupt.install();
        int code;
        if (given.equals(List.of("--version"))) {
            world.out().println(Version.line());
            code = ExitCodes.OK;
        } else {
            code = new Coda(world, interrupt).run(arguments);
        }
        world.flush();
        if (interrupt.finish()) {
            System.exit(code);
        }
    }
}
