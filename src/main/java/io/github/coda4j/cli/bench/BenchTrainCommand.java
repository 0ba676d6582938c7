package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Extensions;
import io.github.coda4j.bench.Timing;
import io.github.coda4j.bench.TrainingBench;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.PassKind;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.model.training.TrainingPhase;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.train.OptimizerFactory;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.memory.MemoryPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench train}. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Time training steps on random tokens against the best matrix product that this machine does, and "
                    + "compare the memory they take"
                    + " with what was planned.",
            "",
            "Noise levels are spread evenly over the rows, so that about half of the tokens are masked.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench train --preset coda-16m --length 1024",
            "  coda bench train --preset coda-1.7b --length 512 --rows 1 --recompute --optimizer adafactor --pass fused"
        })
final class BenchTrainCommand implements Callable<Integer> {
    private static final double GIGA = 1e9;
    private static final String NONE = "none";

    private final World world;

    @Mixin
    BenchModel model;

    @Mixin
    RowFlags tokens;

    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            description = "Numbers that the products run in: bf16 or fp32 (default: ${DEFAULT-VALUE}).",
            defaultValue = "bf16")
    String dtype;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda or cuda:INDEX, where only the plain pass runs (default: ${DEFAULT-VALUE}).",
            defaultValue = "cpu")
    String device;

    @Option(
            names = "--recompute",
            description = "Keep only the layers' inputs and compute the rest again in the backward pass.")
    boolean recompute;

    @Option(
            names = "--pass",
            split = ",",
            paramLabel = "NAME",
            description =
                    "What runs: fused (backward by hand, fused kernels), plain (libtorch's autograd); default: both on "
                            + "the cpu, plain on a card.")
    List<String> passes = List.of();

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description =
                    "Updates the parameters after every pass: none, adamw or adafactor (default: ${DEFAULT-VALUE}).",
            defaultValue = NONE)
    String optimizer;

    @Option(names = "--json", description = "Print a line of JSON per pass, times in seconds.")
    boolean json;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Timed steps, of which the median counts (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "Steps before the timed ones (default: ${DEFAULT-VALUE}).",
            defaultValue = "2")
    int warmUp;

    BenchTrainCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        PassOptions options = checked();
        List<OptimizerFactory> known = OptimizerFactory.known();
        Optional<OptimizerSettings> updates = optimizer(known);
        ModelConfig config = model.config(world);
        TrainingBench.Setup setup = new TrainingBench.Setup(
                tokens.rows(config), options, updates, Device.parse(device), new Timing(warmUp, rounds));
        try (TrainingBench bench = TrainingBench.open(config, setup, () -> model.parameters(world, setup.device()))) {
            if (!json) {
                announce(config, bench.plan());
            }
            for (String name : passes()) {
                TrainingBench.Result result = bench.measure(PassKind.named(name).orElseThrow());
                if (json) {
                    world.out().println(line(name, result));
                } else {
                    report(name, result, bench.plan());
                }
            }
        }
        if (json) {
            return ExitCodes.OK;
        }
        print("%nGFLOP/s: 6 x parameters x tokens + 12 x layers x attention width x pairs of positions that "
                + "see each other, whatever%n"
                + "was computed again. peak: the best matrix product of this machine, measured "
                + "between the steps.%n");
        return ExitCodes.OK;
    }

    private PassOptions checked() {
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "--warm-up must be 0 or positive, got %d", warmUp);
        for (String pass : passes()) {
            check(
                    PassKind.named(pass).isPresent(),
                    "unknown pass \"%s\" in --pass; known: %s",
                    pass,
                    String.join(", ", PassKind.names()));
            check(
                    !pass.equals(PassKind.FUSED.toString())
                            || !Device.parse(device).isCuda(),
                    "--pass fused runs on the cpu, but --device is %s: take plain",
                    device);
        }
        WeightFormat precision = WeightFormat.parse(dtype);
        check(precision.isFloating(), "--dtype %s cannot be trained; known: bf16, fp32", precision);
        return new PassOptions(precision, threads, recompute);
    }

    private Optional<OptimizerSettings> optimizer(List<OptimizerFactory> known) {
        if (optimizer.equals(NONE)) {
            return Optional.empty();
        }
        return Optional.of(Extensions.named(optimizer, known)
                .orElseThrow(() -> new IllegalArgumentException("unknown optimizer \"" + optimizer
                        + "\" in --optimizer; known: " + NONE + ", " + String.join(", ", Extensions.names(known))))
                .defaults());
    }

    private List<String> passes() {
        if (!passes.isEmpty()) {
            return passes;
        }
        return Device.parse(device).isCuda() ? List.of(PassKind.PLAIN.toString()) : PassKind.names();
    }

    private ObjectNode line(String name, TrainingBench.Result result) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("pass", name);
        line.put("device", device);
        line.put("dtype", dtype);
        line.put("rows", tokens.rows);
        line.put("length", tokens.length);
        line.put("recompute", recompute);
        line.put("optimizer", optimizer);
        line.put("seconds", result.seconds());
        line.put("optimizer_seconds", result.optimizerSeconds());
        line.put("tokens_per_second", result.tokensPerSecond());
        line.put("operations_per_second", result.gigaflops() * GIGA);
        line.put("peak_operations_per_second", result.peak() * GIGA);
        line.put("of_peak", result.gigaflops() / result.peak());
        result.highest().ifPresent(bytes -> line.put("resident", bytes));
        return line;
    }

    private void announce(ModelConfig config, MemoryPlan plan) {
        print(
                "%s: %.1f million parameters; steps of %d x %d tokens, %d document(s) per row; %s, %d "
                        + "threads, recompute %s,"
                        + " optimizer %s%n",
                model.name(),
                config.numParameters() / 1e6,
                tokens.rows,
                tokens.length,
                tokens.documents,
                dtype,
                threads,
                recompute ? "on" : "off",
                optimizer);
        if (passes().contains(PassKind.FUSED.toString())) {
            print("planned: %.2f GB resident = %s%n", plan.bytes() / GIGA, summands(plan));
        }
        print(
                "%n%-6s %9s %9s %9s %9s %8s %12s%n",
                "pass", "s/step", "tokens/s", "GFLOP/s", "peak", "of peak", "resident");
    }

    private static String summands(MemoryPlan plan) {
        return Stream.of(plan.kept(), plan.largest().parts())
                .flatMap(List::stream)
                .map(part -> String.format(Locale.ROOT, "%.2f %s", part.bytes() / GIGA, part.name()))
                .collect(Collectors.joining(" + "));
    }

    private void report(String name, TrainingBench.Result result, MemoryPlan plan) {
        boolean isFused = name.equals(PassKind.FUSED.toString());
        print(
                "%-6s %9.3f %9.0f %9.0f %9.0f %7.1f%% %s%n",
                name,
                result.seconds(),
                result.tokensPerSecond(),
                result.gigaflops(),
                result.peak(),
                100 * result.gigaflops() / result.peak(),
                resident(result.highest(), isFused ? OptionalLong.of(plan.bytes()) : OptionalLong.empty()));
        if (!result.shares().isEmpty()) {
            print(
                    "       %s; optimizer %.0f%% of the step%n",
                    shares(result.shares()), 100 * result.optimizerSeconds() / result.seconds());
        }
    }

    private static String resident(OptionalLong highest, OptionalLong planned) {
        if (highest.isEmpty()) {
            return "    not told";
        }
        String gigabytes = String.format(Locale.ROOT, "%9.2f GB", highest.getAsLong() / GIGA);
        if (planned.isEmpty()) {
            return gigabytes;
        }
        double more = 100.0 * highest.getAsLong() / planned.getAsLong() - 100;
        return gigabytes + String.format(Locale.ROOT, ", %+.1f%% of planned", more);
    }

    private static String shares(Map<TrainingPhase, Double> shares) {
        return shares.entrySet().stream()
                .map(share ->
                        String.format(Locale.ROOT, "%s %.0f%%", share.getKey().text(), 100 * share.getValue()))
                .collect(Collectors.joining(", "));
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
