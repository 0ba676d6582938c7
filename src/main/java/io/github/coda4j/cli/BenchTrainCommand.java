package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

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
import io.github.coda4j.tensor.ProductPeak;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SplittableRandom;
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
            "Time training steps on random tokens against the best matrix product that this machine does, and compare the memory they take"
                    + " with what was planned.",
            "",
            "Noise levels are spread evenly over the rows, so that about half of the tokens are masked.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench train --preset coda-16m --length 1024",
            "  coda bench train --preset coda-1.7b --length 512 --rows 1 --recompute --pass fused"
        })
final class BenchTrainCommand implements Callable<Integer> {
    private static final int PEAK_ROUNDS = 4;
    private static final double GIGA = 1e9;

    private final World world;

    @Mixin
    BenchModel model;

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Positions per row (default: ${DEFAULT-VALUE}).",
            defaultValue = "1024")
    int length;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows per step (default: ${DEFAULT-VALUE}).",
            defaultValue = "8")
    int rows;

    @Option(
            names = "--documents",
            paramLabel = "N",
            description = "Documents per row, which do not see each other (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    int documents;

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
    List<String> passes = List.of("fused", "plain");

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
        DType type = checked();
        ModelConfig config = model.config(world);
        check(
                length <= config.maxPositions(),
                "--length %d is more than the %d positions that the model knows",
                length,
                config.maxPositions());
        double peak = ProductPeak.measure(type, threads, PEAK_ROUNDS);
        System.gc();
        OptionalLong before = ProcessMemory.resident();
        long parameterBytes = 2L * Float.BYTES * config.numParameters();
        print(
                "%s: %.1f million parameters; steps of %d x %d tokens, %d document(s) per row; %s, %d threads, recompute %s%n",
                model.name(),
                config.numParameters() / 1e6,
                rows,
                length,
                documents,
                dtype,
                threads,
                recompute ? "on" : "off");
        long planned = before.orElse(0)
                + parameterBytes
                + FusedTrainingPass.plannedBytes(config, type, threads, recompute, rows, length);
        if (passes.contains("fused")) {
            print(
                    "planned: %.2f GB resident = %.2f process + %.2f parameters and gradients + %.2f fused pass%n",
                    planned / GIGA,
                    before.orElse(0) / GIGA,
                    parameterBytes / GIGA,
                    (planned - before.orElse(0) - parameterBytes) / GIGA);
        }
        print(
                "%n%-6s %9s %9s %9s %9s %8s %12s%n",
                "pass", "s/step", "tokens/s", "GFLOP/s", "peak", "of peak", "resident");
        try (ParameterStore parameters = model.parameters(world)) {
            for (String pass : passes) {
                peak = bench(pass, config, parameters, type, peak, planned);
            }
        }
        print(
                "%nGFLOP/s: 6 x parameters x tokens + 12 x layers x attention width x pairs of positions that see each other, whatever%n"
                        + "was computed again. peak: the best matrix product of this machine, measured between the steps.%n");
        return ExitCodes.OK;
    }

    private DType checked() {
        check(rows >= 1, "--rows must be at least 1, got %d", rows);
        check(length >= 2, "--length must be at least 2, got %d", length);
        check(documents >= 1 && documents <= length, "--documents must be in [1, %d], got %d", length, documents);
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "--warm-up must be 0 or positive, got %d", warmUp);
        for (String pass : passes) {
            check(
                    pass.equals("fused") || pass.equals("plain"),
                    "unknown pass \"%s\" in --pass; known: fused, plain",
                    pass);
        }
        Precision precision = Precision.parse(dtype);
        check(precision != Precision.INT8, "--dtype int8 cannot be trained; known: bf16, fp32");
        return precision == Precision.FP32 ? DType.F32 : DType.BF16;
    }

    /** Prints one line and gives the best peak seen. */
    private double bench(
            String name, ModelConfig config, ParameterStore parameters, DType type, double peak, long planned) {
        MaskedBatch batch = batch(config);
        ProcessMemory.resetHighest();
        try (TrainingPass pass = name.equals("fused")
                ? new FusedTrainingPass(config, parameters, type, threads, recompute)
                : new PlainTrainingPass(config, parameters, type, threads, recompute)) {
            double seconds = median(pass, batch);
            OptionalLong highest = ProcessMemory.highest();
            double best = Math.max(peak, ProductPeak.measure(type, threads, PEAK_ROUNDS));
            double operations = StepCost.trainingOperations(
                    config,
                    parameters.slices().stream()
                            .mapToLong(ParameterStore.Slice::size)
                            .sum(),
                    (long) rows * length,
                    pairs(batch));
            print(
                    "%-6s %9.3f %9.0f %9.0f %9.0f %7.1f%% %s%n",
                    name,
                    seconds,
                    (double) rows * length / seconds,
                    operations / seconds / GIGA,
                    best,
                    100 * operations / seconds / GIGA / best,
                    resident(highest, name.equals("fused") ? OptionalLong.of(planned) : OptionalLong.empty()));
            if (pass instanceof FusedTrainingPass fused) {
                print("       %s%n", shares(fused));
            }
            return best;
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

    private MaskedBatch batch(ModelConfig config) {
        SplittableRandom random = new SplittableRandom(1);
        int[][] ids = new int[rows][length];
        int[][] targets = new int[rows][length];
        int[][] segments = new int[rows][length];
        float[] weights = new float[rows];
        for (int b = 0; b < rows; b++) {
            double sigma = (b + 0.5) / rows;
            weights[b] = (float) (1 / sigma);
            for (int i = 0; i < length; i++) {
                int id = random.nextInt(config.vocabSize());
                boolean isMasked = i > 0 && random.nextDouble() < sigma;
                ids[b][i] = isMasked ? config.maskId() : id;
                targets[b][i] = isMasked ? id : MaskedBatch.NOT_COUNTED;
                segments[b][i] = (int) ((long) i * documents / length);
            }
        }
        return new MaskedBatch(ids, targets, segments, weights);
    }

    /** Sum over documents of their length squared. */
    private static double pairs(MaskedBatch batch) {
        double pairs = 0;
        for (int[] segments : batch.segments()) {
            int start = 0;
            for (int i = 1; i <= segments.length; i++) {
                if (i == segments.length || segments[i] != segments[start]) {
                    pairs += (double) (i - start) * (i - start);
                    start = i;
                }
            }
        }
        return pairs;
    }

    private double median(TrainingPass pass, MaskedBatch batch) {
        double scale = 1.0 / ((double) rows * length);
        double[] seconds = new double[rounds];
        for (int i = -warmUp; i < rounds; i++) {
            long begin = System.nanoTime();
            pass.accumulate(batch, scale, GradientListener.NONE);
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - begin) / GIGA;
            }
        }
        Arrays.sort(seconds);
        return seconds[rounds / 2];
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
