package io.github.coda4j.testkit;

import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.train.Updater;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;

/** Gradient descent with momentum in one process, which notes what it was asked. */
public final class FakeUpdater implements Updater {
    private static final float MOMENTUM = 0.9f;

    private final ParameterStore parameters;
    private final float[] velocity;
    private final List<Double> learningRates = new ArrayList<>();
    private final List<Double> scales = new ArrayList<>();
    private OptionalInt listened = OptionalInt.empty();
    private long steps;
    private int ranks = 1;

    public FakeUpdater(ParameterStore parameters) {
        this.parameters = parameters;
        this.velocity = new float[(int) parameters.values().numElements()];
    }

    /** From now on there are so many ranks, which all do the same. */
    public FakeUpdater withRanks(int number) {
        ranks = number;
        return this;
    }

    /** Learning rate of each update. */
    public List<Double> learningRates() {
        return learningRates;
    }

    /** What each update's gradients were multiplied with. */
    public List<Double> scales() {
        return scales;
    }

    /** How many parameters were told to be final in the last step, if any. */
    public OptionalInt listened() {
        return listened;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int worldSize() {
        return 1;
    }

    @Override
    public GradientListener listener() {
        return _ -> listened = OptionalInt.of(listened.orElse(0) + 1);
    }

    @Override
    public double reduceGradients() {
        MemorySegment gradients = parameters.gradients().memory();
        double sum = 0;
        for (int i = 0; i < velocity.length; i++) {
            double g = gradients.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            sum += g * g;
        }
        return Math.sqrt(sum);
    }

    @Override
    public void update(double learningRate, double gradientScale) {
        learningRates.add(learningRate);
        scales.add(gradientScale);
        MemorySegment values = parameters.values().memory();
        MemorySegment gradients = parameters.gradients().memory();
        for (int i = 0; i < velocity.length; i++) {
            velocity[i] =
                    (float) (MOMENTUM * velocity[i] + gradientScale * gradients.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            float before = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (before - learningRate * velocity[i]));
        }
        gradients.fill((byte) 0);
        steps++;
    }

    @Override
    public double[] sum(double... values) {
        return DoubleStream.of(values).map(value -> value * ranks).toArray();
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("velocity", Tensor.of(velocity, velocity.length));
    }

    @Override
    public void restore(long newSteps, Map<String, Tensor> state) {
        steps = newSteps;
        Tensor stored = state.get("velocity");
        if (stored.dtype() != DType.F32 || !stored.device().equals(Device.CPU)) {
            throw new AssertionError("the velocity came back as " + stored);
        }
        MemorySegment.copy(stored.memory(), ValueLayout.JAVA_FLOAT, 0, velocity, 0, velocity.length);
    }

    @Override
    public void close() {}
}
