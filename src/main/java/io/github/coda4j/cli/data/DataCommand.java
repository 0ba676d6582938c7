package io.github.coda4j.cli.data;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;

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
public final class DataCommand extends CommandGroup {
    /** The command with those below it. */
    public static CommandLine tree(World world, Interrupt interrupt) {
        return new CommandLine(new DataCommand())
                .addSubcommand(new DataTokenizerCommand(world, interrupt))
                .addSubcommand(new DataTokenizeCommand(world, interrupt))
                .addSubcommand(new DataInstructCommand(world, interrupt))
                .addSubcommand(new DataHeldOutCommand(world, interrupt));
    }
}
