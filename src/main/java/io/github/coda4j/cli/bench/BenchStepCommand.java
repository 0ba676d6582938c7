package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.bench.StepBench;
import io.github.coda4j.bench.Timing;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.FormatNames;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.WeightFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench step}. */
@Command(
        name = "step",
        sortOptions = false,
        description = {
            "Time one forward pass against the best matrix product that this machine does.",
            "",
            "Two steps: 1024 tokens in full, and a block of 32 tokens with 512 cached before it; logits for "
                    + "32 rows each.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda bench step --preset coda-1.7b --dtype bf16,int8"})
final class BenchStepCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    BenchModel model;

    @Option(
            names = "--dtype",
            split = ",",
            paramLabel = "KIND",
            completionCandidates = FormatNames.class,
            description = "Numbers to compute in, of ${COMPLETION-CANDIDATES} (default: bf16,int8).")
    List<String> dtypes = List.of("bf16", "int8");

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Timed steps, of which the median counts (default: 20).")
    int rounds = 20;

    @Option(names = "--warm-up", paramLabel = "N", description = "Steps before the timed ones (default: 8).")
    int warmUp = 8;

    BenchStepCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "--warm-up must be 0 or positive, got %d", warmUp);
        List<WeightFormat> formats = dtypes.stream().map(WeightFormat::parse).toList();
        print(
                "%-5s  %-22s  %9s  %9s  %9s  %8s  %15s%n",
                "dtype", "step", "median ms", "GFLOP/s", "peak", "of peak", "products alone");
        for (WeightFormat format : formats) {
            bench(format);
        }
        print("%n");
        formats.stream()
                .distinct()
                .flatMap(format -> StepBench.options(format, threads).emulated().stream())
                .forEach(line -> print("%s%n", line));
        print("peak: the best matrix product of this machine, measured between the steps. products alone: "
                + "the same step's%n"
                + "products with nothing between them, of peak: what norms, attention and activations "
                + "cannot beat.%n");
        return ExitCodes.OK;
    }

    private void bench(WeightFormat format) {
        Timing timing = new Timing(warmUp, rounds);
        for (StepBench.Result result :
                StepBench.measure(options -> model.open(world, options), format, threads, timing)) {
            print(
                    "%-5s  %-22s  %9.1f  %9.0f  %9.0f  %7.1f%%  %14.1f%%%n",
                    format,
                    description(result.shape()),
                    1e3 * result.seconds(),
                    result.gigaflops(),
                    result.peak(),
                    100 * result.gigaflops() / result.peak(),
                    100 * result.productsAlone() / result.peak());
        }
    }

    private static String description(StepBench.Shape shape) {
        return shape.past() == 0
                ? shape.tokens() + " tokens, full"
                : shape.tokens() + " tokens, " + shape.past() + " cached";
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
