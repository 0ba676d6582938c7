package io.github.coda4j.cli.export;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code coda export}: groups what is written for other programs. */
@Command(
        name = "export",
        description = "Write what a model computes in a form that other programs take.",
        footerHeading = "%nExample:%n",
        footer = {"  coda export hlo --what decode --length 64 --wanted 8 --out decode-step"})
public final class ExportCommand extends CommandGroup {
    private ExportCommand() {}

    public static CommandLine tree(World world) {
        return new CommandLine(new ExportCommand()).addSubcommand(new ExportHloCommand(world));
    }
}
