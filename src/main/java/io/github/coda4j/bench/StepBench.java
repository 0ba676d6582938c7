package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.Arithmetic;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.FastTransformer;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.ProductPeak;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Times single forwards of the fast engine against the best matrix product that this machine does. */
public final class StepBench {
    /** Rows of logits of every step. */
    public static final int ROWS = 32;

    /** A step in full, and a block with a cache before it. */
    public static final List<Shape> SHAPES = List.of(new Shape(1024, 0), new Shape(32, 512));

    private static final int PEAK_ROUNDS = 8;

    private StepBench() {}

    /**
     * A step.
     *
     * @param tokens that are run
     * @param past that are cached before them
     */
    public record Shape(int tokens, int past) {
        /** Positions that the step sees. */
        public int length() {
            return past + tokens;
        }
    }

    /**
     * What a step took.
     *
     * @param seconds median
     * @param gigaflops billions of operations per second
     * @param productsAlone the same for the step's products with nothing between them
     * @param peak the same for the machine's best product, measured between the steps
     */
    public record Result(Shape shape, double seconds, double gigaflops, double productsAlone, double peak) {}

    /** How the model of a measurement is loaded. */
    public static LoadOptions options(WeightFormat format, int threads) {
        return new LoadOptions(EngineKind.FAST, format, Device.CPU, threads);
    }

    /**
     * Measures all {@link #SHAPES}.
     *
     * @param open loads the model; it is closed in the end
     * @throws IllegalArgumentException when the model knows too few positions
     */
    public static List<Result> measure(
            Function<LoadOptions, Transformer> open, WeightFormat format, int threads, Timing timing) {
        DType input = FastTransformer.productType(format);
        int peakRounds = Math.min(timing.rounds(), PEAK_ROUNDS);
        try (FastTransformer transformer = (FastTransformer) open.apply(options(format, threads))) {
            check(
                    transformer.maxPositions() >= SHAPES.getFirst().length(),
                    "the model knows %d positions, the steps need %d",
                    transformer.maxPositions(),
                    SHAPES.getFirst().length());
            double peak = ProductPeak.measure(input, threads, peakRounds);
            double[] steps = new double[SHAPES.size()];
            double[] alone = new double[SHAPES.size()];
            for (int i = 0; i < steps.length; i++) {
                Shape shape = SHAPES.get(i);
                steps[i] = step(transformer, shape, timing);
                alone[i] = timing.seconds(() -> transformer.productsAlone(shape.tokens(), ROWS));
                peak = Math.max(peak, ProductPeak.measure(input, threads, peakRounds));
            }
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < steps.length; i++) {
                Shape shape = SHAPES.get(i);
                double all = Arithmetic.operations(transformer.config(), shape.tokens(), shape.length(), ROWS);
                double products = Arithmetic.operations(transformer.config(), shape.tokens(), 0, ROWS);
                results.add(new Result(shape, steps[i], all / steps[i] / 1e9, products / alone[i] / 1e9, peak));
            }
            return results;
        }
    }

    private static double step(Transformer transformer, Shape shape, Timing timing) {
        int[] ids = new SplittableRandom(1)
                .ints(shape.length(), 0, transformer.vocabSize())
                .toArray();
        int[] positions = new int[ROWS];
        Arrays.setAll(positions, i -> shape.length() - ROWS + i);
        if (shape.past() == 0) {
            ForwardPlan plan = new ForwardPlan(ids, 0, CacheAccess.NONE, positions, Sampling.GREEDY, 0);
            return timing.seconds(() -> transformer.forward(List.of(plan)));
        }
        try (KvCache cache = transformer.newCache(shape.length())) {
            transformer.forward(
                    List.of(new ForwardPlan(ids, 0, new CacheAccess.Fill(cache), new int[0], Sampling.GREEDY, 0)));
            int[] block = Arrays.copyOfRange(ids, shape.past(), shape.length());
            ForwardPlan plan =
                    new ForwardPlan(block, shape.past(), new CacheAccess.Reuse(cache), positions, Sampling.GREEDY, 0);
            return timing.seconds(() -> transformer.forward(List.of(plan)));
        }
    }
}
