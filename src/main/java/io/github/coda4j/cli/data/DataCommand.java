package io.github.coda4j.cli.data;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code coda data}: what training reads. */
@Command(
        name = "data",
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = "Make a tokenizer and token shards for training from files of code.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda data tokenizer --size 8192 --out models/tok src",
            "  coda data tokenize --tokenizer models/coda-mini --out data/code src"
        })
public final class DataCommand implements Runnable {
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
        return new CommandLine(new DataCommand())
                .addSubcommand(new DataTokenizerCommand(world, interrupt))
                .addSubcommand(new DataTokenizeCommand(world, interrupt))
                .addSubcommand(new DataInstructCommand(world, interrupt));
    }
}
