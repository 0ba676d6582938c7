package io.github.coda4j.cli.app;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.cli.answer.ChatCommand;
import io.github.coda4j.cli.answer.DemoCommand;
import io.github.coda4j.cli.answer.GenerateCommand;
import io.github.coda4j.cli.answer.InfillCommand;
import io.github.coda4j.cli.bench.BenchCommand;
import io.github.coda4j.cli.data.DataCommand;
import io.github.coda4j.cli.inspect.InspectCommand;
import io.github.coda4j.cli.make.InitCommand;
import io.github.coda4j.cli.make.PullCommand;
import io.github.coda4j.cli.make.QuantizeCommand;
import io.github.coda4j.cli.train.TrainCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command tree. */
@Command(
        name = "coda",
        description = "CoDA, the masked-diffusion language model for code, on the JVM.",
        sortOptions = false,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda demo",
            "  coda infill Sort.java --tokens 12 --diff",
            "  coda pull Salesforce/CoDA-v0-Instruct",
            "  coda generate --model Salesforce/CoDA-v0-Instruct \"Write a Java method that reverses a list\"",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."
        })
final class Coda implements Runnable {
    private static final int WIDTH = 100;

    private final World world;
    private final Interrupt interrupt;

    @Spec
    CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces.")
    boolean debug;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show what this command does and exit.")
    boolean help;

    Coda(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    /** Runs one command line and returns its exit code; everything that goes wrong is reported on one line. */
    int run(String... arguments) {
        Problems problems = new Problems(world, List.of(arguments).contains("--debug"));
        try {
            CommandLine tree = tree();
            problems.handle(tree);
            return tree.execute(arguments);
        } catch (Throwable e) {
            return problems.report(e);
        }
    }

    /** The root command with all others below it. */
    CommandLine tree() {
        CommandLine root = new CommandLine(this)
                .addSubcommand(new DemoCommand(world))
                .addSubcommand(new GenerateCommand(world))
                .addSubcommand(new InfillCommand(world))
                .addSubcommand(new ChatCommand(world))
                .addSubcommand(new PullCommand(world))
                .addSubcommand(new InitCommand(world, interrupt))
                .addSubcommand(new QuantizeCommand(world, interrupt))
                .addSubcommand(DataCommand.tree(world, interrupt))
                .addSubcommand(TrainCommand.tree(world, interrupt))
                .addSubcommand(InspectCommand.tree(world, interrupt))
                .addSubcommand(BenchCommand.tree(world));
        root.setUsageHelpWidth(WIDTH);
        root.setUsageHelpLongOptionsMaxWidth(36);
        root.setOut(new PrintWriter(world.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(world.err(), true, StandardCharsets.UTF_8));
        return root;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "no command given: " + String.join(", ", spec.subcommands().keySet()));
    }
}
