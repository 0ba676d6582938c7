package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** The updater of a run in one process. */
public final class LocalUpdater implements Updater {
    private final ParameterStore parameters;
    private final Optimizer optimizer;

    /** An updater that owns the optimizer, not the parameters. */
    public LocalUpdater(ParameterStore parameters, Optimizer optimizer) {
        this.parameters = parameters;
        this.optimizer = optimizer;
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
        return GradientListener.NONE;
    }

    @Override
    public double reduceGradients() {
        return Math.sqrt(parameters.gradients().sumOfSquares());
    }

    @Override
    public void update(double learningRate, double gradientScale) {
        optimizer.step(learningRate, gradientScale);
        parameters.gradients().zero();
    }

    @Override
    public double[] sum(double... values) {
        return values.clone();
    }

    @Override
    public long steps() {
        return optimizer.steps();
    }

    @Override
    public Map<String, Tensor> state() {
        return optimizer.state();
    }

    @Override
    public void restore(long steps, Map<String, Tensor> saved) {
        Map<String, Tensor> state = optimizer.state();
        saved.keySet().stream()
                .filter(name -> !state.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw CodaException.of("the saved optimizer has a tensor %s that this one does not know", name);
                });
        state.forEach((name, tensor) -> {
            Tensor value = saved.get(name);
            if (value == null) {
                throw CodaException.of("the saved optimizer lacks the tensor %s", name);
            }
            if (!value.hasShape(tensor.shape())) {
                throw CodaException.of(
                        "the saved optimizer's tensor %s is %s, expected %s",
                        name, Arrays.toString(value.shape()), Arrays.toString(tensor.shape()));
            }
        });
        state.forEach((name, tensor) -> tensor.assign(saved.get(name)));
        optimizer.setSteps(steps);
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
