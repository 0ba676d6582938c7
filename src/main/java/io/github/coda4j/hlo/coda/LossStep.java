package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.model.ModelConfig;
import java.util.List;

/**
 * Forward and loss of rows as a program, such as held-out ones. Arguments and results are those of {@link TrainStep}
 * without scalars and state; nothing is replaced.
 */
public final class LossStep {
    private final Program program;
    private final List<Stacked> parameters;

    private LossStep(Program program, List<Stacked> parameters) {
        this.program = program;
        this.parameters = parameters;
    }

    /**
     * The loss of a model.
     *
     * @param ownHead whether its output layer is a parameter of its own
     * @throws io.github.coda4j.CodaException when the model has block-causal attention
     */
    public static LossStep of(
            ModelConfig config, boolean ownHead, StepShape shape, Products products, Distribution distribution) {
        return of(config, ownHead, shape, products, distribution, false);
    }

    /** With the gradients of all parameters as results, under their names. */
    static LossStep withGradients(
            ModelConfig config, boolean ownHead, StepShape shape, Products products, Distribution distribution) {
        return of(config, ownHead, shape, products, distribution, true);
    }

    private static LossStep of(
            ModelConfig config,
            boolean ownHead,
            StepShape shape,
            Products products,
            Distribution distribution,
            boolean withGradients) {
        List<Stacked> parameters = ParameterTable.of(config, ownHead, products.floats(), distribution);
        Program.Builder builder = new Program.Builder(distribution.program());
        DiffusionLoss loss =
                new DiffusionLoss(builder, config, ownHead, parameters, shape, products, distribution, _ -> {});
        DiffusionLoss.Learned learned =
                withGradients ? loss.learned() : new DiffusionLoss.Learned(loss.sums(), List.of());
        DiffusionLoss.Sums sums = learned.sums().overReplicas(distribution.replicas());
        builder.result(TrainStep.LOSS, sums.weighted(), Layout.REPLICATED);
        builder.result(TrainStep.CROSS_ENTROPY, sums.plain(), Layout.REPLICATED);
        for (int i = 0; i < learned.gradients().size(); i++) {
            builder.result(
                    parameters.get(i).name(),
                    learned.gradients().get(i),
                    parameters.get(i).layout());
        }
        return new LossStep(builder.build(), parameters);
    }

    public Program program() {
        return program;
    }

    /** The arguments that are parameters, in order. */
    public List<Stacked> parameters() {
        return parameters;
    }
}
