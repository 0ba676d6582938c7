package io.github.coda4j.cli.app;

import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Output;
import io.github.coda4j.cli.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line and an exit code. */
final class Problems {
    private final World world;
    private final boolean debug;
    private boolean told;

    /** @param debug whether stack traces are shown too */
    Problems(World world, boolean debug) {
        this.world = world;
        this.debug = debug;
    }

    /** Prints the line (and the trace) and returns the exit code. */
    int report(Throwable problem) {
        if (debug) {
            problem.printStackTrace(world.err());
        }
        // Where output was lost, whatever else went wrong comes of it.
        return world.out().lost().map(this::lost).orElseGet(() -> line(problem));
    }

    /** A reader that went away is told nothing; anything else that swallows output is told once. */
    private int lost(Output.LostOutput lost) {
        if (lost.closedByReader()) {
            return ExitCodes.UNREAD;
        }
        if (told) {
            return ExitCodes.FAILED;
        }
        told = true;
        return line(lost.getMessage(), ExitCodes.FAILED);
    }

    private int line(Throwable problem) {
        return switch (problem) {
            case CancellationException _ -> line("interrupted", ExitCodes.INTERRUPTED);
            case InterruptedException _ -> line("interrupted", ExitCodes.INTERRUPTED);
            case CodaException e -> line(e.getMessage(), ExitCodes.FAILED);
            case IllegalArgumentException e -> line(e.getMessage(), ExitCodes.USAGE);
            case OutOfMemoryError e ->
                line(
                        "out of memory (" + e.getMessage() + "): take a smaller model, --dtype int8 or a shorter text",
                        ExitCodes.FAILED);
            default ->
                line(
                        "internal error: " + problem + (debug ? "" : "; run with --debug for the stack trace"),
                        ExitCodes.FAILED);
        };
    }

    /** A command line that cannot be understood. */
    int report(ParameterException problem) {
        if (debug) {
            problem.printStackTrace(world.err());
        }
        CommandSpec spec = problem.getCommandLine().getCommandSpec();
        String text = problem instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched, spec)
                : inPlainWords(problem.getMessage());
        return line(text + " (`" + spec.qualifiedName() + " --help` shows what there is)", ExitCodes.USAGE);
    }

    /** picocli says the names of Java's types. */
    private static String inPlainWords(String message) {
        return message.replaceFirst("' is not an? (?:int|long)$", "' is not a whole number")
                .replaceFirst("' is not a (?:double|float)$", "' is not a number");
    }

    private static String unknown(UnmatchedArgumentException problem, CommandSpec spec) {
        String given = problem.getUnmatched().getFirst();
        if (given.matches("-[DX].+") || given.startsWith("-XX:")) {
            return given + " is an option of the JVM: put it into the environment variable CODA_JAVA_OPTS"
                    + (given.contains("proxy") ? "; a proxy is taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY" : "");
        }
        if (given.startsWith("-") && given.length() > 1) {
            String name = given.split("=", 2)[0];
            List<String> names = new ArrayList<>(spec.optionsMap().keySet());
            names.removeIf(known -> !known.startsWith("--"));
            return "unknown option " + name + Nearest.hint(name, names);
        }
        if (!spec.subcommands().isEmpty()) {
            return "unknown command '" + given + "'"
                    + Nearest.hint(given, spec.subcommands().keySet());
        }
        return "unexpected argument '" + given + "'";
    }

    private int line(String message, int code) {
        String text = message == null ? "unknown problem" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
        // Before the line comes what was written before; where that is lost, the caller says so.
        boolean lost = world.out().checkError();
        world.err().println("coda: " + text);
        return lost ? ExitCodes.FAILED : code;
    }

    /** Makes the command line report through this. */
    void handle(CommandLine commandLine) {
        commandLine.setParameterExceptionHandler((problem, _) -> report(problem));
        commandLine.setExecutionExceptionHandler((problem, _, _) -> report(problem));
    }
}
