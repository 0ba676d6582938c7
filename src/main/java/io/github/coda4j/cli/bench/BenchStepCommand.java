package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.FastTransformer;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Precision;
import io.github.coda4j.model.StepCost;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.ProductPeak;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
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
    /** Rows of logits of every step. */
    private static final int ROWS = 32;

    private static final int PEAK_ROUNDS = 8;
    private static final List<Shape> SHAPES = List.of(new Shape(1024, 0), new Shape(32, 512));

    private final World world;

    @Mixin
    BenchModel model;

    @Option(
            names = "--dtype",
            split = ",",
            paramLabel = "KIND",
            description = "Numbers to compute in, of fp32, bf16 and int8 (default: bf16,int8).")
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

    private record Shape(int tokens, int past) {
        String description() {
            return past == 0 ? tokens + " tokens, full" : tokens + " tokens, " + past + " cached";
        }

        int length() {
            return past + tokens;
        }
    }

    @Override
    public Integer call() {
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "--warm-up must be 0 or positive, got %d", warmUp);
        List<Precision> precisions = dtypes.stream().map(Precision::parse).toList();
        print(
                "%-5s  %-22s  %9s  %9s  %9s  %8s  %15s%n",
                "dtype", "step", "median ms", "GFLOP/s", "peak", "of peak", "products alone");
        for (Precision precision : precisions) {
            bench(precision);
        }
        print("%n");
        precisions.stream()
                .distinct()
                .flatMap(precision -> options(precision).emulated().stream())
                .forEach(line -> print("%s%n", line));
        print("peak: the best matrix product of this machine, measured between the steps. products alone: "
                + "the same step's%n"
                + "products with nothing between them, of peak: what norms, attention and activations "
                + "cannot beat.%n");
        return ExitCodes.OK;
    }

    private LoadOptions options(Precision precision) {
        return new LoadOptions(EngineKind.FAST, precision, Device.CPU, threads);
    }

    private void bench(Precision precision) {
        DType input = switch (precision) {
            case FP32 -> DType.F32;
            case BF16 -> DType.BF16;
            case INT8 -> DType.U8;
        };
        LoadOptions options = options(precision);
        double[] steps = new double[SHAPES.size()];
        double[] alone = new double[SHAPES.size()];
        double peak = ProductPeak.measure(input, threads, Math.min(rounds, PEAK_ROUNDS));
        try (FastTransformer transformer = (FastTransformer) model.open(world, options)) {
            check(
                    transformer.maxPositions() >= SHAPES.getFirst().length(),
                    "the model knows %d positions, the steps need %d",
                    transformer.maxPositions(),
                    SHAPES.getFirst().length());
            for (int i = 0; i < steps.length; i++) {
                Shape shape = SHAPES.get(i);
                steps[i] = step(transformer, shape);
                alone[i] = median(() -> transformer.productsAlone(shape.tokens(), ROWS));
                peak = Math.max(peak, ProductPeak.measure(input, threads, Math.min(rounds, PEAK_ROUNDS)));
            }
            for (int i = 0; i < steps.length; i++) {
                Shape shape = SHAPES.get(i);
                double speed = StepCost.operations(transformer.config(), shape.tokens(), shape.length(), ROWS)
                        / steps[i]
                        / 1e6;
                double products = StepCost.operations(transformer.config(), shape.tokens(), 0, ROWS) / alone[i] / 1e6;
                print(
                        "%-5s  %-22s  %9.1f  %9.0f  %9.0f  %7.1f%%  %14.1f%%%n",
                        precision,
                        shape.description(),
                        steps[i],
                        speed,
                        peak,
                        100 * speed / peak,
                        100 * products / peak);
            }
        }
    }

    /** Median milliseconds of a step. */
    private double step(Transformer transformer, Shape shape) {
        int[] ids = new SplittableRandom(1)
                .ints(shape.length(), 0, transformer.vocabSize())
                .toArray();
        int[] positions = new int[ROWS];
        Arrays.setAll(positions, i -> shape.length() - ROWS + i);
        if (shape.past() == 0) {
            ForwardPlan plan = new ForwardPlan(ids, 0, CacheAccess.NONE, positions, Sampling.GREEDY, 0);
            return median(() -> transformer.forward(List.of(plan)));
        }
        try (KvCache cache = transformer.newCache(shape.length())) {
            transformer.forward(
                    List.of(new ForwardPlan(ids, 0, new CacheAccess.Fill(cache), new int[0], Sampling.GREEDY, 0)));
            int[] block = Arrays.copyOfRange(ids, shape.past(), shape.length());
            ForwardPlan plan =
                    new ForwardPlan(block, shape.past(), new CacheAccess.Reuse(cache), positions, Sampling.GREEDY, 0);
            return median(() -> transformer.forward(List.of(plan)));
        }
    }

    private double median(Runnable step) {
        for (int i = 0; i < warmUp; i++) {
            step.run();
        }
        double[] millis = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long begin = System.nanoTime();
            step.run();
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        Arrays.sort(millis);
        return millis[rounds / 2];
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
