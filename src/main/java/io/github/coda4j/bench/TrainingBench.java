package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.FusedTrainingPass;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PassKind;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.model.training.TrainingPhase;
import io.github.coda4j.model.training.TrainingWork;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.products.DevicePeak;
import io.github.coda4j.tensor.products.ProductPeak;
import io.github.coda4j.train.LocalUpdater;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.Updater;
import io.github.coda4j.train.memory.CpuMemory;
import io.github.coda4j.train.memory.MemoryPlan;
import io.github.coda4j.train.memory.PlannedRun;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Times training steps on random tokens against the best matrix product that this machine does, and compares the memory
 * they take with what was planned.
 */
public final class TrainingBench implements AutoCloseable {
    private static final int PEAK_ROUNDS = 4;
    private static final double GIGA = 1e9;
    private static final double LEARNING_RATE = 1e-4;

    private final ModelConfig config;
    private final Setup setup;
    private final ParameterStore parameters;
    private final MemoryPlan plan;
    private final DoubleSupplier peaks;
    private double peak;

    /**
     * What is measured.
     *
     * @param optimizer updates the parameters after every pass; empty for none
     * @param device of the parameters; the fused pass runs on the CPU
     */
    public record Setup(
            RandomRows rows,
            PassOptions options,
            Optional<OptimizerSettings> optimizer,
            Device device,
            Timing timing) {}

    /**
     * What a step took.
     *
     * @param seconds median
     * @param optimizerSeconds of these, the optimizer's, median
     * @param tokensPerSecond positions trained on
     * @param gigaflops billions of operations per second, by the usual count
     * @param peak the same for the machine's best product so far
     * @param highest the most bytes that were resident, where the system tells
     * @param shares of the fused pass's time by what it did; empty for another pass
     */
    public record Result(
            double seconds,
            double optimizerSeconds,
            double tokensPerSecond,
            double gigaflops,
            double peak,
            OptionalLong highest,
            Map<TrainingPhase, Double> shares) {}

    private TrainingBench(
            ModelConfig config,
            Setup setup,
            ParameterStore parameters,
            MemoryPlan plan,
            DoubleSupplier peaks,
            double peak) {
        this.config = config;
        this.setup = setup;
        this.parameters = parameters;
        this.plan = plan;
        this.peaks = peaks;
        this.peak = peak;
    }

    /**
     * Measures the peak, and loads the parameters.
     *
     * @param load gives the parameters of a model of this config, on the setup's device; they are closed in the end
     * @throws IllegalArgumentException when rows are longer than the model's positions
     */
    public static TrainingBench open(ModelConfig config, Setup setup, Supplier<ParameterStore> load) {
        int rounds = Math.min(setup.timing().rounds(), PEAK_ROUNDS);
        return open(config, setup, load, () -> peak(setup, rounds));
    }

    /** @param peaks measures billions of operations per second of the machine's best product */
    static TrainingBench open(ModelConfig config, Setup setup, Supplier<ParameterStore> load, DoubleSupplier peaks) {
        RandomRows rows = setup.rows();
        PassOptions options = setup.options();
        check(
                rows.length() <= config.maxPositions(),
                "the model knows %d positions, rows have %d",
                config.maxPositions(),
                rows.length());
        double peak = peaks.getAsDouble();
        Libtorch.trimMemory();
        System.gc();
        long process = ProcessMemory.resident().orElse(0);
        ParameterStore parameters = load.get();
        MemoryPlan plan = CpuMemory.plan(
                new PlannedRun(config, rows.rows(), rows.length(), options, setup.optimizer(), 1), process);
        return new TrainingBench(config, setup, parameters, plan, peaks, peak);
    }

    /** The memory that the fused pass is to take. */
    public MemoryPlan plan() {
        return plan;
    }

    /** Times one pass. */
    public Result measure(PassKind kind) {
        MaskedBatch batch = setup.rows().make(config);
        ProcessMemory.resetHighest();
        Optional<Updater> updater = setup.optimizer().map(settings -> new LocalUpdater(parameters, settings));
        try (TrainingPass pass = TrainingPass.open(kind, config, parameters, setup.options())) {
            double[] seconds = times(pass, updater, batch);
            OptionalLong highest = ProcessMemory.highest();
            peak = Math.max(peak, peaks.getAsDouble());
            long numbers = parameters.slices().stream()
                    .mapToLong(ParameterStore.Slice::size)
                    .sum();
            long tokens = setup.rows().tokens();
            double operations = TrainingWork.operations(config, numbers, batch);
            return new Result(
                    seconds[0],
                    seconds[1],
                    tokens / seconds[0],
                    operations / seconds[0] / GIGA,
                    peak,
                    highest,
                    shares(pass));
        } finally {
            updater.ifPresent(Updater::close);
        }
    }

    private static double peak(Setup setup, int rounds) {
        PassOptions options = setup.options();
        return setup.device().isCuda()
                ? DevicePeak.measure(options.dtype(), setup.device(), options.threads(), rounds) / GIGA
                : ProductPeak.measure(options.dtype(), options.threads(), rounds);
    }

    private static Map<TrainingPhase, Double> shares(TrainingPass pass) {
        Map<TrainingPhase, Double> shares = new EnumMap<>(TrainingPhase.class);
        if (pass instanceof FusedTrainingPass fused) {
            double all = Arrays.stream(TrainingPhase.values())
                    .mapToLong(fused::nanos)
                    .sum();
            for (TrainingPhase phase : TrainingPhase.values()) {
                shares.put(phase, fused.nanos(phase) / all);
            }
        }
        return shares;
    }

    /** Median seconds of a step, and of the optimizer in it. */
    private double[] times(TrainingPass pass, Optional<Updater> updater, MaskedBatch batch) {
        int rounds = setup.timing().rounds();
        double[] steps = new double[rounds];
        double[] updates = new double[rounds];
        for (int i = -setup.timing().warmUp(); i < rounds; i++) {
            long begin = System.nanoTime();
            pass.accumulate(batch, 1.0 / setup.rows().tokens(), GradientListener.NONE);
            long passed = System.nanoTime();
            updater.ifPresent(TrainingBench::update);
            if (i >= 0) {
                steps[i] = (System.nanoTime() - begin) / GIGA;
                updates[i] = (System.nanoTime() - passed) / GIGA;
            }
        }
        return new double[] {Timing.median(steps), Timing.median(updates)};
    }

    private static void update(Updater updater) {
        try (Scope _ = Scope.open()) {
            double norm = updater.reduceGradients();
            updater.update(LEARNING_RATE, Math.min(1, 1 / norm));
        }
    }

    @Override
    public void close() {
        parameters.close();
    }
}
