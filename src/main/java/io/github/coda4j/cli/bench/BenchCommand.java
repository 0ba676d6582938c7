package io.github.coda4j.cli.bench;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code coda bench}: groups the measurements. */
@Command(
        name = "bench",
        description = "Measure speed on this machine, as ratios to its own peak, so that figures from different "
                + "machines compare.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench step --preset coda-1.7b",
            "  coda bench decode --preset coda-mini --block-length 32 --cache dual --alg confidence_threshold",
            "  coda bench length --preset coda-1.7b --dtype int8",
            "  coda bench latency --models coda-mini,coda-16m",
            "  coda bench load --model models/coda-mini",
            "  coda bench train --preset coda-16m --length 1024",
            "  coda bench serve --minutes 0.5"
        })
public final class BenchCommand extends CommandGroup {
    private BenchCommand() {}

    public static CommandLine tree(World world) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new BenchStepCommand(world))
                .addSubcommand(new BenchDecodeCommand(world))
                .addSubcommand(new BenchLengthCommand(world))
                .addSubcommand(new BenchLatencyCommand(world))
                .addSubcommand(new BenchLoadCommand(world))
                .addSubcommand(new BenchQualityCommand(world))
                .addSubcommand(new BenchCopiesCommand(world))
                .addSubcommand(new BenchTrainCommand(world))
                .addSubcommand(new BenchRanksCommand(world))
                .addSubcommand(new BenchServeCommand(world))
                .addSubcommand(new ServeClientsCommand(world));
    }
}
