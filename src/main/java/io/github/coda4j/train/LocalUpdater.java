package io.github.coda4j.train;

import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** The updater of a run in one process. */
public final class LocalUpdater implements Updater {
    private final ParameterStore parameters;
    private final Optimizer optimizer;
    private final List<OptimizerSettings.StateTensor> layout;

    /** An updater that does not own the parameters. */
    public LocalUpdater(ParameterStore parameters, OptimizerSettings settings) {
        ParameterShards all = settings.shards(parameters, 1);
        this.parameters = parameters;
        this.optimizer = settings.open(parameters, all, 0);
        this.layout = settings.state(parameters, all);
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
        OptimizerState.check(saved, layout);
        optimizer.state().forEach((name, tensor) -> tensor.assign(saved.get(name)));
        optimizer.setSteps(steps);
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
