package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Precision;
import io.github.coda4j.model.StepCost;
import io.github.coda4j.model.training.FusedTrainingPass;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.model.training.TrainingPhase;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.products.ProductPeak;
import io.github.coda4j.train.Updater;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    private static final int PEAK_ROUNDS = 4;
    private static final double GIGA = 1e9;
    private static final double LEARNING_RATE = 1e-4;
    private static final String FUSED = "fused";
    private static final String PLAIN = "plain";

    private final World world;

    @Mixin
    BenchModel model;

    @Mixin
    TrainingBenchBatch tokens;

    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            description = "Numbers that the products run in: bf16 or fp32 (default: ${DEFAULT-VALUE}).",
            defaultValue = "bf16")
    String dtype;

    @Option(
            names = "--recompute",
            description = "Keep only the layers' inputs and compute the rest again in the backward pass.")
    boolean recompute;

    @Option(
            names = "--pass",
            split = ",",
            paramLabel = "NAME",
            description =
                    "What runs: fused (backward by hand, fused kernels), plain (libtorch's autograd); default: both.")
    List<String> passes = List.of(FUSED, PLAIN);

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description =
                    "Updates the parameters after every pass: none, adamw or adafactor (default: ${DEFAULT-VALUE}).",
            defaultValue = "none")
    String optimizer;

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

    /**
     * Bytes that are to be resident, as a sum.
     *
     * @param process before the model
     * @param parameters values and gradients
     */
    private record Plan(long process, long parameters, long optimizer, long pass) {
        long all() {
            return process + parameters + optimizer + pass;
        }
    }

    @Override
    public Integer call() {
        DType type = checked();
        BenchOptimizer chosen = BenchOptimizer.parse(optimizer);
        ModelConfig config = model.config(world);
        tokens.verify(config);
        double peak = ProductPeak.measure(type, threads, PEAK_ROUNDS);
        Libtorch.trimMemory();
        System.gc();
        Plan plan = new Plan(
                ProcessMemory.resident().orElse(0),
                2L * Float.BYTES * config.numParameters(),
                chosen.stateBytes(config),
                FusedTrainingPass.plannedBytes(config, type, threads, recompute, tokens.rows, tokens.length));
        announce(config, plan);
        try (ParameterStore parameters = model.parameters(world)) {
            for (String pass : passes) {
                peak = bench(pass, config, parameters, chosen, type, peak, plan);
            }
        }
        print("%nGFLOP/s: 6 x parameters x tokens + 12 x layers x attention width x pairs of positions that "
                + "see each other, whatever%n"
                + "was computed again. peak: the best matrix product of this machine, measured "
                + "between the steps.%n");
        return ExitCodes.OK;
    }

    private DType checked() {
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "--warm-up must be 0 or positive, got %d", warmUp);
        for (String pass : passes) {
            check(pass.equals(FUSED) || pass.equals(PLAIN), "unknown pass \"%s\" in --pass; known: fused, plain", pass);
        }
        Precision precision = Precision.parse(dtype);
        check(precision != Precision.INT8, "--dtype int8 cannot be trained; known: bf16, fp32");
        return precision == Precision.FP32 ? DType.F32 : DType.BF16;
    }

    private void announce(ModelConfig config, Plan plan) {
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
        if (passes.contains(FUSED)) {
            print(
                    "planned: %.2f GB resident = %.2f process + %.2f parameters and gradients + %.2f "
                            + "optimizer + %.2f fused pass%n",
                    plan.all() / GIGA,
                    plan.process() / GIGA,
                    plan.parameters() / GIGA,
                    plan.optimizer() / GIGA,
                    plan.pass() / GIGA);
        }
        print(
                "%n%-6s %9s %9s %9s %9s %8s %12s%n",
                "pass", "s/step", "tokens/s", "GFLOP/s", "peak", "of peak", "resident");
    }

    /** Prints one line and gives the best peak seen. */
    private double bench(
            String name,
            ModelConfig config,
            ParameterStore parameters,
            BenchOptimizer chosen,
            DType type,
            double peak,
            Plan plan) {
        MaskedBatch batch = tokens.make(config);
        boolean isFused = name.equals(FUSED);
        ProcessMemory.resetHighest();
        Optional<Updater> updater = chosen.open(parameters);
        try (TrainingPass pass = isFused
                ? new FusedTrainingPass(config, parameters, type, threads, recompute)
                : new PlainTrainingPass(config, parameters, type, threads, recompute)) {
            double[] seconds = times(pass, updater, batch);
            OptionalLong highest = ProcessMemory.highest();
            double best = Math.max(peak, ProductPeak.measure(type, threads, PEAK_ROUNDS));
            long numbers = parameters.slices().stream()
                    .mapToLong(ParameterStore.Slice::size)
                    .sum();
            double speed =
                    StepCost.trainingOperations(config, numbers, tokens.tokens(), TrainingBenchBatch.pairs(batch))
                            / seconds[0]
                            / GIGA;
            print(
                    "%-6s %9.3f %9.0f %9.0f %9.0f %7.1f%% %s%n",
                    name,
                    seconds[0],
                    tokens.tokens() / seconds[0],
                    speed,
                    best,
                    100 * speed / best,
                    resident(highest, isFused ? OptionalLong.of(plan.all()) : OptionalLong.empty()));
            if (pass instanceof FusedTrainingPass fused) {
                print("       %s; optimizer %.0f%% of the step%n", shares(fused), 100 * seconds[1] / seconds[0]);
            }
            return best;
        } finally {
            updater.ifPresent(Updater::close);
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

    private static String shares(FusedTrainingPass pass) {
        double all =
                Arrays.stream(TrainingPhase.values()).mapToLong(pass::nanos).sum();
        return Arrays.stream(TrainingPhase.values())
                .map(phase -> String.format(Locale.ROOT, "%s %.0f%%", phase.text(), 100 * pass.nanos(phase) / all))
                .collect(Collectors.joining(", "));
    }

    /** Median seconds of a step, and of the optimizer in it. */
    private double[] times(TrainingPass pass, Optional<Updater> updater, MaskedBatch batch) {
        double[] steps = new double[rounds];
        double[] updates = new double[rounds];
        for (int i = -warmUp; i < rounds; i++) {
            long begin = System.nanoTime();
            pass.accumulate(batch, 1.0 / tokens.tokens(), GradientListener.NONE);
            long passed = System.nanoTime();
            updater.ifPresent(BenchTrainCommand::update);
            if (i >= 0) {
                steps[i] = (System.nanoTime() - begin) / GIGA;
                updates[i] = (System.nanoTime() - passed) / GIGA;
            }
        }
        Arrays.sort(steps);
        Arrays.sort(updates);
        return new double[] {steps[rounds / 2], updates[rounds / 2]};
    }

    private static void update(Updater updater) {
        try (Scope _ = Scope.open()) {
            double norm = updater.reduceGradients();
            updater.update(LEARNING_RATE, Math.min(1, 1 / norm));
        }
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
