package io.github.coda4j.testkit;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.Device;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A toy that learns: each row pulls all parameters towards a number made of its targets, and its loss is their
 * distance. Gradients add up over rows and depend on the parameters, so that any batch that is missing, doubled or out
 * of order shows in the result.
 */
public final class ScriptedTrainingPass implements TrainingPass {
    /** A model of a few hundred numbers. */
    public static final ModelConfig CONFIG = new ModelConfig(
            24, 8, 1, 2, 1, 4, 12, 1e4, 1e-6, 64, ModelKind.CODA, true, 0.02, 2, OptionalInt.of(0), List.of(1));

    private final ParameterStore parameters;
    private final List<Integer> batchRows = new ArrayList<>();
    private long brokenRow = -1;
    private long rowsSeen;

    public ScriptedTrainingPass() {
        this(ParameterLoader.random(CONFIG, 1, Device.CPU));
    }

    public ScriptedTrainingPass(ParameterStore parameters) {
        this.parameters = parameters;
    }

    /** The loss of that row, counted from the first one ever, is NaN. */
    public ScriptedTrainingPass breakingAtRow(long row) {
        brokenRow = row;
        return this;
    }

    /** How many rows each call of accumulate had. */
    public List<Integer> batchRows() {
        return batchRows;
    }

    @Override
    public ModelConfig config() {
        return CONFIG;
    }

    @Override
    public ParameterStore parameters() {
        return parameters;
    }

    @Override
    public LossSums accumulate(MaskedBatch batch, double scale, GradientListener listener) {
        batchRows.add(batch.rows());
        LossSums sums = LossSums.ZERO;
        for (int row = 0; row < batch.rows(); row++) {
            boolean broken = rowsSeen++ == brokenRow;
            sums = sums.plus(row(batch, row, broken ? Double.NaN : scale, true));
        }
        parameters.slices().reversed().forEach(listener::ready);
        return sums;
    }

    @Override
    public LossSums evaluate(MaskedBatch batch) {
        LossSums sums = LossSums.ZERO;
        for (int row = 0; row < batch.rows(); row++) {
            sums = sums.plus(row(batch, row, 1, false));
        }
        return sums;
    }

    private LossSums row(MaskedBatch batch, int row, double scale, boolean learn) {
        MemorySegment values = parameters.values().memory();
        MemorySegment gradients = parameters.gradients().memory();
        double goal = Arrays.hashCode(batch.targets()[row]) % 1000 / 1000.0;
        double loss = 0;
        for (ParameterStore.Slice slice : parameters.slices()) {
            for (long i = slice.offset(); i < slice.offset() + slice.size(); i++) {
                double distance = values.getAtIndex(ValueLayout.JAVA_FLOAT, i) - goal;
                loss += distance * distance / 2;
                if (learn) {
                    float before = gradients.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    gradients.setAtIndex(
                            ValueLayout.JAVA_FLOAT, i, (float) (before + scale * batch.weights()[row] * distance));
                }
            }
        }
        long targets = Arrays.stream(batch.targets()[row]).filter(id -> id >= 0).count();
        double counted = scale != scale ? Double.NaN : loss;
        return new LossSums(batch.weights()[row] * counted, counted, targets, batch.length());
    }

    @Override
    public void close() {
        parameters.close();
    }
}
