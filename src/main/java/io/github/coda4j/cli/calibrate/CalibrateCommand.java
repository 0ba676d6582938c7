package io.github.coda4j.cli.calibrate;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code coda calibrate}: groups the measurements that are kept beside a checkpoint. */
@Command(
        name = "calibrate",
        description = "Measure something of a checkpoint once and keep it beside the weights.",
        footerHeading = "%nExample:%n",
        footer = {"  coda calibrate length --places 2 --dry-run examples/Account.java"})
public final class CalibrateCommand extends CommandGroup {
    private CalibrateCommand() {}

    public static CommandLine tree(World world) {
        return new CommandLine(new CalibrateCommand()).addSubcommand(new CalibrateLengthCommand(world));
    }
}
