package io.github.coda4j.cli.help;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code coda help}. */
@Command(
        name = "help",
        description = {"Show what a command does: the same as its --help.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  coda help infill", "  coda help train pretrain"})
public final class HelpCommand implements Callable<Integer> {
    private final World world;

    @Spec
    CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "The command's name, and that of one below it; none for all commands.")
    List<String> path = new ArrayList<>();

    public HelpCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        world.out().print(CommandPath.find(spec.root().commandLine(), path).getUsageMessage());
        return ExitCodes.OK;
    }
}
