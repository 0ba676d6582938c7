package io.github.coda4j.train;

import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adafactor (Shazeer and Stern 2018) as Hugging Face defines it without relative step, parameter scaling, first moment
 * and weight decay: the second moment of a matrix is kept as one mean per row and one per column, and an update whose
 * root mean square exceeds the threshold is scaled down to it. On the CPU matrices are updated by
 * {@link FactoredUpdate}, elsewhere by libtorch operations on some rows at a time; no second copy of a matrix is ever
 * held.
 */
public final class Adafactor implements Optimizer {
    // R rows, C columns of a matrix

    private static final String ROW_MEAN = "row_mean.";
    private static final String COLUMN_MEAN = "column_mean.";
    private static final String SECOND_MOMENT = "second_moment.";
    /** Elements that are worked on at a time. */
    private static final long CHUNK = 4 << 20;

    private final ParameterStore parameters;
    private final Settings settings;
    private final List<ParameterStore.Slice> slices;
    private final boolean fused;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private long steps;

    /**
     * The numbers of the method.
     *
     * @param eps added to the squared gradient, above 0
     * @param clipThreshold largest root mean square of an update, above 0
     * @param decayRate the second moment decays by 1 - step^decayRate; in [-1, 0)
     */
    public record Settings(double eps, double clipThreshold, double decayRate) implements OptimizerSettings {
        public static final Settings DEFAULT = new Settings(1e-30, 1.0, -0.8);

        /** Has the ranges of the rule in programs. */
        public Settings {
            new UpdateRule.Adafactor(eps, clipThreshold, decayRate);
        }

        /** The same as part of a program. */
        public UpdateRule rule() {
            return new UpdateRule.Adafactor(eps, clipThreshold, decayRate);
        }

        @Override
        public ParameterShards shards(ParameterStore parameters, int worldSize) {
            return ParameterShards.ofWholeParameters(parameters, worldSize);
        }

        @Override
        public Optimizer open(ParameterStore parameters, ParameterShards shards, int rank) {
            boolean fused = parameters.values().device().equals(Device.CPU);
            return new Adafactor(parameters, this, shards.slices(parameters, rank), fused);
        }

        @Override
        public List<StateTensor> state(ParameterStore parameters, ParameterShards shards) {
            List<StateTensor> tensors = new ArrayList<>();
            for (ParameterStore.Slice slice : parameters.slices()) {
                sizes(slice)
                        .forEach((name, size) ->
                                tensors.add(StateTensor.of(name, size, shards.owner(slice), shards.worldSize())));
            }
            return tensors;
        }
    }

    /** Reads it from a config. */
    static final class Factory implements OptimizerFactory {
        @Override
        public String name() {
            return "adafactor";
        }

        @Override
        public List<String> options() {
            return List.of("eps", "clip_threshold", "decay_rate");
        }

        @Override
        public OptimizerSettings read(ConfigValues in) {
            Settings otherwise = Settings.DEFAULT;
            return new Settings(
                    in.numberOr("eps", otherwise.eps()),
                    in.numberOr("clip_threshold", otherwise.clipThreshold()),
                    in.numberOr("decay_rate", otherwise.decayRate()));
        }
    }

    /** Names and sizes of what is remembered of a parameter. */
    private static Map<String, Long> sizes(ParameterStore.Slice slice) {
        long[] shape = slice.shape();
        Map<String, Long> sizes = new LinkedHashMap<>();
        if (shape.length == 1) {
            sizes.put(SECOND_MOMENT + slice.name(), shape[0]);
        } else {
            sizes.put(ROW_MEAN + slice.name(), shape[0]);
            sizes.put(COLUMN_MEAN + slice.name(), shape[1]);
        }
        return sizes;
    }

    /**
     * An optimizer for whole parameters.
     *
     * @param fused whether matrices are updated by our own kernels; only on the CPU
     */
    Adafactor(ParameterStore parameters, Settings settings, List<ParameterStore.Slice> slices, boolean fused) {
        this.fused = fused;
        this.parameters = parameters;
        this.settings = settings;
        this.slices = List.copyOf(slices);
        try (Scope scope = Scope.open()) {
            for (ParameterStore.Slice slice : slices) {
                sizes(slice)
                        .forEach((name, size) -> state.put(
                                name,
                                scope.detach(Tensor.zeros(
                                        DType.F32, parameters.values().device(), size))));
            }
        }
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        steps++;
        double decay = 1 - Math.pow(steps, settings.decayRate());
        for (ParameterStore.Slice slice : slices) {
            try (Scope _ = Scope.open()) {
                Tensor value = parameters.value(slice.name());
                Tensor gradient = parameters.gradient(slice.name());
                if (fused && value.rank() == 2) {
                    updateFused(slice, decay, learningRate, gradientScale);
                    continue;
                }
                if (gradientScale != 1) {
                    gradient.scale(gradientScale);
                }
                if (value.rank() == 1) {
                    updateVector(slice, value, gradient, decay, learningRate);
                } else {
                    updateMatrix(slice, value, gradient, decay, learningRate);
                }
            }
        }
    }

    private void updateFused(ParameterStore.Slice slice, double decay, double learningRate, double gradientScale) {
        new FactoredUpdate(
                        parameters.values().memory(),
                        parameters.gradients().memory(),
                        slice.offset(),
                        Math.toIntExact(slice.shape()[0]),
                        Math.toIntExact(slice.shape()[1]))
                .step(
                        state.get(ROW_MEAN + slice.name()).memory(),
                        state.get(COLUMN_MEAN + slice.name()).memory(),
                        decay,
                        learningRate,
                        gradientScale,
                        settings);
    }

    private void updateVector(
            ParameterStore.Slice slice, Tensor value, Tensor gradient, double decay, double learningRate) {
        Tensor moment = state.get(SECOND_MOMENT + slice.name());
        moment.scale(decay);
        moment.accumulate(gradient.mul(gradient).add(settings.eps()), 1 - decay);
        Tensor update = gradient.mul(moment.inverseSqrt());
        value.accumulate(update, -learningRate * clip(update.sumOfSquares(), slice.size()));
    }

    private void updateMatrix(
            ParameterStore.Slice slice, Tensor value, Tensor gradient, double decay, double learningRate) {
        Tensor rowMean = state.get(ROW_MEAN + slice.name()); // [R]
        Tensor columnMean = state.get(COLUMN_MEAN + slice.name()); // [C]
        long rows = value.size(0);
        long columns = value.size(1);
        rowMean.scale(decay);
        columnMean.scale(decay);
        inChunks(rows, columns, (first, count) -> {
            Tensor part = gradient.narrow(0, first, count);
            Tensor square = part.mul(part).add(settings.eps());
            rowMean.narrow(0, first, count).accumulate(square.sum(1), (1 - decay) / columns);
            columnMean.accumulate(square.sum(0), (1 - decay) / rows);
        });
        double meanOfRows = rowMean.sum() / rows;
        Tensor rowFactor = rowMean.mul(1 / meanOfRows).inverseSqrt().view(rows, 1);
        Tensor columnFactor = columnMean.inverseSqrt().view(1, columns);
        double[] squares = {0};
        inChunks(
                rows,
                columns,
                (first, count) -> squares[0] +=
                        update(gradient, rowFactor, columnFactor, first, count).sumOfSquares());
        double factor = -learningRate * clip(squares[0], slice.size());
        inChunks(
                rows,
                columns,
                (first, count) -> value.narrow(0, first, count)
                        .accumulate(update(gradient, rowFactor, columnFactor, first, count), factor));
    }

    private static Tensor update(Tensor gradient, Tensor rowFactor, Tensor columnFactor, long first, long count) {
        return gradient.narrow(0, first, count)
                .mul(rowFactor.narrow(0, first, count))
                .mul(columnFactor);
    }

    private double clip(double sumOfSquares, long size) {
        return 1 / Math.max(1, Math.sqrt(sumOfSquares / size) / settings.clipThreshold());
    }

    @FunctionalInterface
    private interface RowRange {
        void work(long first, long count);
    }

    private static void inChunks(long rows, long columns, RowRange range) {
        long atATime = Math.max(1, CHUNK / columns);
        for (long first = 0; first < rows; first += atATime) {
            try (Scope _ = Scope.open()) {
                range.work(first, Math.min(atATime, rows - first));
            }
        }
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void setSteps(long newSteps) {
        steps = newSteps;
    }

    @Override
    public Map<String, Tensor> state() {
        return new LinkedHashMap<>(state);
    }

    @Override
    public void close() {
        state.values().forEach(Tensor::close);
    }
}
