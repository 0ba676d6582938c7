package com.example;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.train.Optimizer;
import io.github.coda4j.train.OptimizerFactory;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.ParameterShards;
import java.util.List;
import java.util.Map;

/**
 * Gradient descent with momentum (Polyak 1964), on any device and over any number of ranks. A config names it:
 * {@code optimizer: {name: com.example.Momentum, mu: 0.9}}.
 */
public final class Momentum implements OptimizerFactory {
    private static final String VELOCITY = "velocity";

    @Override
    public List<String> options() {
        return List.of("mu");
    }

    @Override
    public OptimizerSettings read(ConfigValues options) {
        return new Settings(options.numberOr("mu", 0.9));
    }

    /**
     * The numbers of the method.
     *
     * @param mu what is left of the velocity after a step, in [0, 1)
     */
    record Settings(double mu) implements OptimizerSettings {
        Settings {
            check(mu >= 0 && mu < 1, "mu must be in [0, 1), got %s", mu);
        }

        @Override
        public ParameterShards shards(ParameterStore parameters, int worldSize) {
            return ParameterShards.equal(parameters, worldSize); // every element moves by itself: cut anywhere
        }

        @Override
        public Optimizer open(ParameterStore parameters, ParameterShards shards, int rank) {
            return new Moving(parameters, mu, shards.from(rank), shards.to(rank));
        }

        @Override
        public List<StateTensor> state(ParameterStore parameters, ParameterShards shards) {
            return List.of(new StateTensor(VELOCITY, parameters.values().size(0), shards.bounds()));
        }
    }

    /** Moves the elements [from, to) of the flat parameters. */
    private static final class Moving implements Optimizer {
        private final ParameterStore parameters;
        private final double mu;
        private final long from;
        private final Tensor velocity; // [to - from]
        private long steps;

        Moving(ParameterStore parameters, double mu, long from, long to) {
            this.parameters = parameters;
            this.mu = mu;
            this.from = from;
            try (Scope scope = Scope.open()) {
                velocity =
                        scope.detach(Tensor.zeros(DType.F32, parameters.values().device(), to - from));
            }
        }

        @Override
        public void step(double learningRate, double gradientScale) {
            steps++;
            try (Scope _ = Scope.open()) {
                velocity.scale(mu);
                velocity.accumulate(parameters.gradients().narrow(0, from, velocity.size(0)), gradientScale);
                parameters.values().narrow(0, from, velocity.size(0)).accumulate(velocity, -learningRate);
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
            return Map.of(VELOCITY, velocity);
        }

        @Override
        public void close() {
            velocity.close();
        }
    }
}
