package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.FusedAdamW;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019) on a range of the flat parameters. Decay applies to
 * every tensor, norms included, as in the original's fine-tuning.
 */
public final class AdamW implements Optimizer {
    private static final String FIRST_MOMENT = "first_moment";
    private static final String SECOND_MOMENT = "second_moment";

    private final ParameterStore parameters;
    private final Settings settings;
    private final long from;
    private final long size;
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final FusedAdamW kernel = new FusedAdamW();
    private long steps;

    /**
     * The numbers of the method.
     *
     * @param beta1 decay of the running mean of gradients, in [0, 1)
     * @param beta2 decay of the running mean of their squares, in [0, 1)
     * @param eps added to the root of the second moment, above 0
     * @param weightDecay share of a value that goes away per step and learning rate, 0 or more
     */
    public record Settings(double beta1, double beta2, double eps, double weightDecay) implements OptimizerSettings {
        public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0.01);

        /** Has the ranges of the rule in programs. */
        public Settings {
            new UpdateRule.AdamW(beta1, beta2, eps, weightDecay);
        }

        /** The same as part of a program. */
        public UpdateRule rule() {
            return new UpdateRule.AdamW(beta1, beta2, eps, weightDecay);
        }

        @Override
        public ParameterShards shards(ParameterStore parameters, int worldSize) {
            return ParameterShards.equal(parameters, worldSize);
        }

        @Override
        public Optimizer open(ParameterStore parameters, ParameterShards shards, int rank) {
            return new AdamW(parameters, this, shards.from(rank), shards.to(rank));
        }

        @Override
        public List<StateTensor> state(ParameterStore parameters, ParameterShards shards) {
            long size = parameters.values().size(0);
            return List.of(
                    new StateTensor(FIRST_MOMENT, size, shards.bounds()),
                    new StateTensor(SECOND_MOMENT, size, shards.bounds()));
        }
    }

    /** Reads it from a config. */
    static final class Factory implements OptimizerFactory {
        @Override
        public String name() {
            return "adamw";
        }

        @Override
        public List<String> options() {
            return List.of("beta1", "beta2", "eps", "weight_decay");
        }

        @Override
        public OptimizerSettings read(ConfigValues in) {
            Settings otherwise = Settings.DEFAULT;
            return new Settings(
                    in.numberOr("beta1", otherwise.beta1()),
                    in.numberOr("beta2", otherwise.beta2()),
                    in.numberOr("eps", otherwise.eps()),
                    in.numberOr("weight_decay", otherwise.weightDecay()));
        }
    }

    /** An optimizer for the elements [from, to) of the flat parameters. */
    AdamW(ParameterStore parameters, Settings settings, long from, long to) {
        long total = parameters.values().size(0);
        check(from >= 0 && from <= to && to <= total, "range [%d, %d) is outside [0, %d)", from, to, total);
        this.parameters = parameters;
        this.settings = settings;
        this.from = from;
        this.size = to - from;
        try (Scope scope = Scope.open()) {
            firstMoment =
                    scope.detach(Tensor.zeros(DType.F32, parameters.values().device(), size));
            secondMoment =
                    scope.detach(Tensor.zeros(DType.F32, parameters.values().device(), size));
        }
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        steps++;
        if (size == 0) {
            return;
        }
        try (Scope _ = Scope.open()) {
            kernel.update(
                    parameters.values().narrow(0, from, size),
                    parameters.gradients().narrow(0, from, size),
                    firstMoment,
                    secondMoment,
                    steps,
                    learningRate,
                    settings.beta1(),
                    settings.beta2(),
                    settings.weightDecay(),
                    settings.eps(),
                    gradientScale);
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
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put(FIRST_MOMENT, firstMoment);
        state.put(SECOND_MOMENT, secondMoment);
        return state;
    }

    @Override
    public void close() {
        firstMoment.close();
        secondMoment.close();
    }
}
