package io.github.coda4j.hlo.coda;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import io.github.coda4j.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One step of training as a program: forward, loss, backward, clipping and update. Parameters and what the rule
 * remembers stay on the devices: each takes the memory of the one that was given.
 *
 * <p>Arguments, in this order: {@code noisy_ids}, {@code targets}, {@code weights}, {@code segments} ([rows, length],
 * see {@link StepFeed}), {@code cos}, {@code sin} ({@link RotaryTables}), the rule's scalars, parameters, state.
 * Results: {@link #LOSS}, {@link #CROSS_ENTROPY} and {@link #GRADIENT_NORM} of all devices together, then parameters
 * and state under the names of the arguments. When loss or gradient is not finite, those come back as they were.
 */
public final class TrainStep {
    /** Sum over all rows of weight times cross entropy: the training loss. */
    public static final String LOSS = "loss";
    /** Sum of the cross entropies of output rows whose weight is above 0, in nats. */
    public static final String CROSS_ENTROPY = "cross_entropy";
    /** L2 norm of the gradient before it is clipped. */
    public static final String GRADIENT_NORM = "gradient_norm";

    private final Program program;
    private final List<Stacked> parameters;
    private final List<Stacked> state;

    private TrainStep(Program program, List<Stacked> parameters, List<Stacked> state) {
        this.program = program;
        this.parameters = parameters;
        this.state = state;
    }

    /**
     * The step of a model.
     *
     * @param ownHead whether its output layer is a parameter of its own
     * @param clip largest L2 norm of the gradient; infinite to let every gradient through
     * @throws io.github.coda4j.CodaException when the model has block-causal attention
     */
    public static TrainStep of(
            ModelConfig config,
            boolean ownHead,
            UpdateRule rule,
            double clip,
            StepShape shape,
            Products products,
            Distribution distribution) {
        check(clip > 0, "the gradient's largest norm must be above 0, got %s", clip);
        List<Stacked> parameters = ParameterTable.of(config, ownHead, products.floats(), distribution);
        Program.Builder builder = new Program.Builder(distribution.program());
        Map<String, Value> scalars = new LinkedHashMap<>();
        DiffusionLoss loss = new DiffusionLoss(
                builder,
                config,
                ownHead,
                parameters,
                shape,
                products,
                distribution,
                arguments -> rule.scalars()
                        .forEach(name -> scalars.put(
                                name, arguments.argument(name, TensorType.of(products.floats()), Layout.REPLICATED))));
        List<List<Stacked>> remembered = parameters.stream()
                .map(parameter -> Update.state(rule, parameter))
                .toList();
        List<List<Value>> states = remembered.stream()
                .map(all -> all.stream()
                        .map(one -> builder.argument(one.name(), Weights.argument(one, distribution), one.layout()))
                        .toList())
                .toList();
        DiffusionLoss.Learned learned = loss.learned();
        int replicas = distribution.replicas();
        DiffusionLoss.Sums sums = learned.sums().overReplicas(replicas);
        Value norm = norm(parameters, learned.gradients(), replicas);
        Value isFinite = sums.weighted().isFinite().and(norm.isFinite());
        Value scale = norm.filled(clip).dividedBy(norm).min(norm.filled(1));
        builder.result(LOSS, sums.weighted(), Layout.REPLICATED);
        builder.result(CROSS_ENTROPY, sums.plain(), Layout.REPLICATED);
        builder.result(GRADIENT_NORM, norm, Layout.REPLICATED);
        List<Update.Moved> moved = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Value value = loss.parameters().get(i);
            Value gradient = learned.gradients().get(i);
            Value clipped = Double.isInfinite(clip)
                    ? gradient
                    : gradient.times(scale.broadcast(gradient.type().shape()));
            moved.add(new Update(parameters.get(i), replicas).step(rule, scalars, value, clipped, states.get(i)));
            builder.replacement(
                    parameters.get(i).name(), kept(isFinite, moved.getLast().value(), value));
        }
        for (int i = 0; i < parameters.size(); i++) {
            for (int k = 0; k < states.get(i).size(); k++) {
                Value next = moved.get(i).state().get(k);
                builder.replacement(
                        remembered.get(i).get(k).name(),
                        kept(isFinite, next, states.get(i).get(k)));
            }
        }
        return new TrainStep(
                builder.build(),
                parameters,
                remembered.stream().flatMap(List::stream).toList());
    }

    private static Value kept(Value isFinite, Value next, Value before) {
        return isFinite.broadcast(next.type().shape()).choose(next, before);
    }

    /** The L2 norm of all gradients; parts of replicas are summed once. */
    private static Value norm(List<Stacked> parameters, List<Value> gradients, int replicas) {
        Value cut = null;
        Value whole = null;
        for (int i = 0; i < parameters.size(); i++) {
            Value squares = gradients.get(i).times(gradients.get(i)).sum();
            if (parameters.get(i).layout().dim().isPresent()) {
                cut = cut == null ? squares : cut.plus(squares);
            } else {
                whole = whole == null ? squares : whole.plus(squares);
            }
        }
        Value parts = cut == null ? null : cut.summedOverReplicas(replicas);
        return (parts == null ? whole : whole == null ? parts : whole.plus(parts)).sqrt();
    }

    public Program program() {
        return program;
    }

    /** The arguments that are parameters, in order. */
    public List<Stacked> parameters() {
        return parameters;
    }

    /** The arguments that the rule remembers by, in order; all zero before the first step. */
    public List<Stacked> state() {
        return state;
    }
}
