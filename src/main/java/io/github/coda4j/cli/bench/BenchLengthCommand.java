package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.bench.LengthCostBench;
import io.github.coda4j.bench.Timing;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.tensor.Device;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench length}. */
@Command(
        name = "length",
        sortOptions = false,
        description = {
            "Time filling a hole whose length has to be found against filling it at that length.",
            "",
            "The model is led to the length, so that random weights cost what trained ones do. A token at a "
                    + "time, no cache.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda bench length --preset coda-1.7b --dtype int8 --context 512"})
final class BenchLengthCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    BenchModel model;

    @Mixin
    ComputeFlags compute;

    @Option(names = "--context", paramLabel = "N", description = "Tokens around the hole (default: ${DEFAULT-VALUE}).")
    int context = 512;

    @Option(
            names = "--lengths",
            split = ",",
            paramLabel = "N",
            description = "Lengths of the holes (default: 1,2,4,8,16).")
    List<Integer> lengths = List.of(1, 2, 4, 8, 16);

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "Lengths that are decoded and compared (default: ${DEFAULT-VALUE}).")
    int candidates = LengthOptions.DEFAULT_CANDIDATES;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Timed answers of each kind, of which the median counts (default: ${DEFAULT-VALUE}).")
    int rounds = 1;

    BenchLengthCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(!lengths.isEmpty(), "--lengths must name a length");
        LoadOptions load = new LoadOptions(EngineKind.FAST, compute.format(), Device.CPU, compute.threads);
        print(
                "%-6s  %9s  %9s  %6s  %11s  %11s  %6s  %10s  %10s  %6s%n",
                "tokens",
                "known s",
                "found s",
                "times",
                "known cpu s",
                "found cpu s",
                "times",
                "known rows",
                "found rows",
                "times");
        try (Transformer transformer = model.open(world, load)) {
            List<LengthCostBench.Result> results = LengthCostBench.measure(
                    transformer,
                    context,
                    lengths,
                    candidates,
                    new Timing(0, rounds),
                    result -> report(Integer.toString(result.tokens()), result));
            report("all", LengthCostBench.Result.sum(results));
        }
        print("%nknown: told the length. found: with the search. cpu: processor time of all threads. rows: tokens "
                + "that are run%nin all forwards together.%n");
        return ExitCodes.OK;
    }

    private void report(String name, LengthCostBench.Result result) {
        print(
                "%-6s  %9.3f  %9.3f  %6.2f  %11.3f  %11.3f  %6.2f  %10d  %10d  %6.2f%n",
                name,
                result.known().seconds(),
                result.found().seconds(),
                result.times(LengthCostBench.Took::seconds),
                result.known().processorSeconds(),
                result.found().processorSeconds(),
                result.times(LengthCostBench.Took::processorSeconds),
                result.known().rows(),
                result.found().rows(),
                result.times(LengthCostBench.Took::rows));
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
