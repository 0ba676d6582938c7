package io.github.coda4j.cli.eval;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code coda eval}: answers to published tasks. */
@Command(
        name = "eval",
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = "Evaluate answers to published sets of tasks as the field's own harnesses do, in a sandbox.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval prompts --help",
            "  coda eval generate --help",
            "  coda eval score --help",
            "  coda eval compare --help"
        })
public final class EvalCommand implements Runnable {
    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no command given: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** The command with those below it. */
    public static CommandLine tree(World world, Interrupt interrupt) {
        return new CommandLine(new EvalCommand())
                .addSubcommand(new EvalPromptsCommand(world))
                .addSubcommand(new EvalGenerateCommand(world))
                .addSubcommand(new EvalScoreCommand(world, interrupt))
                .addSubcommand(new EvalCompareCommand(world));
    }
}
