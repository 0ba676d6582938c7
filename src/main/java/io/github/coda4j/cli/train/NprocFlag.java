package io.github.coda4j.cli.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.EntryPoint;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.train.device.PluginName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Several ranks on this machine. */
final class NprocFlag {
    private static final String NAME = "--nproc";
    private static final Duration GRACE = Duration.ofSeconds(10);

    @Option(
            names = NAME,
            paramLabel = "N",
            description =
                    "Start N ranks on this machine that train together (default: 1, or what RANK and WORLD_SIZE say).")
    Optional<Integer> nproc = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Whether this process only starts others. */
    boolean launches() {
        return nproc.orElse(1) > 1;
    }

    /** How many ranks are asked for; 1 where nothing is. */
    int ranks() {
        return nproc.orElse(1);
    }

    /**
     * @throws IllegalArgumentException when the number is no number of ranks, or somebody else started this process as
     *     one of several
     */
    void refuseWhereOneOfSeveral(World world) {
        nproc.ifPresent(n -> {
            check(n >= 1, "%s must be at least 1, got %d", NAME, n);
            check(
                    n == 1
                            || world.variable("WORLD_SIZE")
                                    .filter(size -> !size.equals("1"))
                                    .isEmpty(),
                    "%s starts all ranks itself, but WORLD_SIZE says that this is one of several already; "
                            + "leave one of them out",
                    NAME);
        });
    }

    /** @throws IllegalArgumentException when several ranks are asked for: one process trains on a plugin */
    void refuseOn(PluginName plugin, World world) {
        check(ranks() == 1, "%s starts ranks of libtorch, but one process trains on %s; leave it out", NAME, plugin);
        check(
                world.variable("WORLD_SIZE").filter(size -> !size.equals("1")).isEmpty(),
                "WORLD_SIZE says that this is one rank of several, but one process trains on %s; unset it",
                plugin);
    }

    /** Runs this very command line on every rank and gives the exit code. */
    int launch(World world, Interrupt interrupt) {
        List<String> arguments = command.root().commandLine().getParseResult().originalArgs();
        return new RankLauncher(world, interrupt, GRACE).run(EntryPoint.command(without(arguments)), ranks());
    }

    private static List<String> without(List<String> arguments) {
        List<String> rest = new ArrayList<>();
        for (Iterator<String> all = arguments.iterator(); all.hasNext(); ) {
            String argument = all.next();
            if (argument.equals(NAME)) {
                all.next();
            } else if (!argument.startsWith(NAME + "=")) {
                rest.add(argument);
            }
        }
        return rest;
    }
}
