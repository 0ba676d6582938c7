package io.github.coda4j.cli.inspect;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code coda inspect}: what is inside, in forms that other programs can compare. */
@Command(
        name = "inspect",
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Show what is inside a model and what it computes, in forms that can be compared with other programs.",
        footerHeading = "%nExample:%n",
        footer = {"  coda inspect model"})
public final class InspectCommand extends CommandGroup {
    /** The command with those below it. */
    public static CommandLine tree(World world, Interrupt interrupt) {
        return new CommandLine(new InspectCommand())
                .addSubcommand(new InspectModelCommand(world, interrupt))
                .addSubcommand(new InspectLogitsCommand(world))
                .addSubcommand(new InspectTraceCommand(world))
                .addSubcommand(new InspectTokensCommand(world))
                .addSubcommand(new InspectSamplerCommand(world))
                .addSubcommand(new InspectTemplateCommand(world))
                .addSubcommand(new InspectLossCommand(world))
                .addSubcommand(new InspectOptimizerCommand(world));
    }
}
