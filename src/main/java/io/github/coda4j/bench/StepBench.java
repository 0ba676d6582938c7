package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.model.Arithmetic;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.FastTransformer;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.PassClock;
import io.github.coda4j.model.PlainTransformer;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.DevicePeak;
import io.github.coda4j.tensor.products.MemoryBandwidth;
import io.github.coda4j.tensor.products.ProductPeak;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Times single forwards against what this machine does at best: those of the fast engine against the larger of the time
 * in which its best matrix product does as many operations, and of that in which it reads as many bytes; those of the
 * plain one against libtorch's best product on the same device.
 */
public final class StepBench {
    /** Rows of logits of a step at most, as many as a block has that is decoded. */
    public static final int MOST_LOGITS = 32;

    private static final int PEAK_ROUNDS = 8;

    private StepBench() {}

    /**
     * A step of sequences that are alike.
     *
     * @param sequences that are run in one pass, at least 1
     * @param tokens of each that are run, at least 1; the last of them, at most {@link #MOST_LOGITS}, have logits
     * @param past of each that are cached before them, 0 or more
     */
    public record Shape(int sequences, int tokens, int past) {
        public Shape {
            check(sequences >= 1, "a step runs at least 1 sequence, got %d", sequences);
            check(tokens >= 1, "a step runs at least 1 token, got %d", tokens);
            check(past >= 0, "a step has 0 or more tokens before it, got %d", past);
        }

        /** Positions that a sequence of the step sees. */
        public int length() {
            return past + tokens;
        }

        /** Rows of logits of a sequence. */
        public int logits() {
            return Math.min(tokens, MOST_LOGITS);
        }

        private double operations(ModelConfig config) {
            return sequences * Arithmetic.operations(config, tokens, length(), logits());
        }

        private double bytes(ModelConfig config, WeightFormat format) {
            return Arithmetic.bytes(config, format, sequences * past, logits());
        }
    }

    /**
     * What a step took.
     *
     * @param seconds median
     * @param processorSeconds the same of all threads together; NaN where the system does not tell
     * @param operations multiplications and additions of its products and its attention
     * @param bytes that it must read, see {@link Arithmetic#bytes}
     * @param productsSeconds the same for the step's products with nothing between them, without attention; NaN with
     *     the plain engine
     * @param clock where its time goes, as shares; {@link PassClock#OFF} with the plain engine
     * @param machine what this machine does at best, measured between the steps
     */
    public record Result(
            Shape shape,
            double seconds,
            double processorSeconds,
            double operations,
            double bytes,
            double productsSeconds,
            PassClock clock,
            Machine machine) {

        /** Seconds of the step in a part. */
        public double seconds(PassClock.Part part) {
            return seconds * clock.share(part);
        }

        /** Seconds of the step in no part: norms, activations, waiting. */
        public double restSeconds() {
            return seconds * clock.rest();
        }

        /** Seconds that all operations take at the peak. */
        public double operationsBound() {
            return operations / machine.peak();
        }

        /** Seconds that reading takes at the measured bandwidth. */
        public double bytesBound() {
            return bytes / machine.bandwidth();
        }

        /** The larger of both, as far as they are known: no step of this shape is faster here. */
        public double bound() {
            return machine.reads() ? Math.max(operationsBound(), bytesBound()) : operationsBound();
        }
    }

    /**
     * What a machine does at best.
     *
     * @param peak operations per second of its best matrix product
     * @param bandwidth bytes per second that it reads; NaN where that was not measured
     */
    public record Machine(double peak, double bandwidth) {
        /** Whether the bandwidth was measured. */
        public boolean reads() {
            return Double.isFinite(bandwidth);
        }
    }

    /** How the model of a measurement is loaded. */
    public static LoadOptions options(WeightFormat format, int threads) {
        return new LoadOptions(EngineKind.FAST, format, Device.CPU, threads);
    }

    /**
     * Measures steps of the plain engine, on any device.
     *
     * @param transformer of the plain engine
     * @param load how it was loaded
     * @throws IllegalArgumentException when the model knows too few positions
     */
    public static List<Result> plain(Transformer transformer, LoadOptions load, List<Shape> shapes, Timing timing) {
        checkLongest(transformer, shapes);
        int rounds = Math.min(timing.rounds(), PEAK_ROUNDS);
        double peak = peak(load, rounds);
        List<Timing.Taken> steps = new ArrayList<>();
        for (Shape shape : shapes) {
            steps.add(step(transformer, shape, timing, transformer::forward));
            peak = Math.max(peak, peak(load, rounds));
        }
        Machine machine = new Machine(peak, Double.NaN);
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            Shape shape = shapes.get(i);
            results.add(new Result(
                    shape,
                    steps.get(i).seconds(),
                    steps.get(i).processorSeconds(),
                    shape.operations(transformer.config()),
                    shape.bytes(transformer.config(), load.format()),
                    Double.NaN,
                    PassClock.OFF,
                    machine));
        }
        return results;
    }

    /**
     * Operations per second of the best matrix product there: of the fast engine's on its workers, of libtorch's for
     * the plain one.
     *
     * @param rounds how often each product is timed; the best time counts
     */
    public static double peak(LoadOptions load, int rounds) {
        if (load.engine() == EngineKind.FAST) {
            return 1e9 * ProductPeak.measure(FastTransformer.productType(load.format()), load.threads(), rounds);
        }
        return DevicePeak.measure(PlainTransformer.dtype(load.format()), load.device(), load.threads(), rounds);
    }

    private static void checkLongest(Transformer transformer, List<Shape> shapes) {
        int longest = shapes.stream().mapToInt(Shape::length).max().orElse(0);
        check(
                transformer.maxPositions() >= longest,
                "the model knows %d positions, the steps need %d",
                transformer.maxPositions(),
                longest);
    }

    /**
     * Measures steps of the fast engine.
     *
     * @param open loads the model; it is closed in the end
     * @throws IllegalArgumentException when the model knows too few positions
     */
    public static List<Result> measure(
            Function<LoadOptions, Transformer> open,
            WeightFormat format,
            int threads,
            List<Shape> shapes,
            Timing timing) {
        LoadOptions load = options(format, threads);
        int peakRounds = Math.min(timing.rounds(), PEAK_ROUNDS);
        try (FastTransformer transformer = (FastTransformer) open.apply(load)) {
            checkLongest(transformer, shapes);
            double peak = peak(load, peakRounds);
            double bandwidth = MemoryBandwidth.measure(threads, peakRounds);
            List<Timing.Taken> steps = new ArrayList<>();
            List<Double> products = new ArrayList<>();
            List<PassClock> clocks = new ArrayList<>();
            for (Shape shape : shapes) {
                PassClock clock = PassClock.of(transformer);
                clocks.add(clock);
                steps.add(step(transformer, shape, timing, plans -> transformer.forward(plans, clock)));
                products.add(timing.seconds(() -> transformer.productsAlone(
                        shape.sequences() * shape.tokens(), shape.sequences() * shape.logits())));
                peak = Math.max(peak, peak(load, peakRounds));
                bandwidth = Math.max(bandwidth, MemoryBandwidth.measure(threads, peakRounds));
            }
            Machine machine = new Machine(peak, bandwidth);
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < shapes.size(); i++) {
                Shape shape = shapes.get(i);
                results.add(new Result(
                        shape,
                        steps.get(i).seconds(),
                        steps.get(i).processorSeconds(),
                        shape.operations(transformer.config()),
                        shape.bytes(transformer.config(), format),
                        products.get(i),
                        clocks.get(i),
                        machine));
            }
            return results;
        }
    }

    private static Timing.Taken step(
            Transformer transformer, Shape shape, Timing timing, Consumer<List<ForwardPlan>> forward) {
        int[] ids = new SplittableRandom(1)
                .ints(shape.length(), 0, transformer.vocabSize())
                .toArray();
        int[] positions = new int[shape.logits()];
        Arrays.setAll(positions, i -> shape.length() - shape.logits() + i);
        if (shape.past() == 0) {
            ForwardPlan plan = new ForwardPlan(ids, 0, CacheAccess.NONE, positions, Sampling.GREEDY, 0);
            List<ForwardPlan> plans = Collections.nCopies(shape.sequences(), plan);
            return timing.measure(() -> forward.accept(plans));
        }
        List<KvCache> caches = new ArrayList<>();
        try {
            int[] block = Arrays.copyOfRange(ids, shape.past(), shape.length());
            List<ForwardPlan> plans = new ArrayList<>();
            for (int i = 0; i < shape.sequences(); i++) {
                KvCache cache = transformer.newCache(shape.length());
                caches.add(cache);
                CacheAccess fill = new CacheAccess.Fill(cache);
                transformer.forward(List.of(new ForwardPlan(ids, 0, fill, new int[0], Sampling.GREEDY, 0)));
                CacheAccess reuse = new CacheAccess.Reuse(cache);
                plans.add(new ForwardPlan(block, shape.past(), reuse, positions, Sampling.GREEDY, 0));
            }
            return timing.measure(() -> forward.accept(plans));
        } finally {
            Closing.all(caches);
        }
    }
}
