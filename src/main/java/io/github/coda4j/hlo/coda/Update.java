package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A rule's update of one parameter, or of one parameter of all layers, each layer by itself, as values of a program. A
 * device has its part of a parameter and of what is remembered of it.
 */
final class Update {
    // R rows, C columns of a matrix

    private static final String ROW_MEAN = "row_mean.";
    private static final String COLUMN_MEAN = "column_mean.";
    private static final String FIRST_MOMENT = "first_moment.";
    private static final String SECOND_MOMENT = "second_moment.";

    private final Stacked parameter;
    private final int replicas;

    /** @param replicas that cut parameters among them; 1 where a partitioner does */
    Update(Stacked parameter, int replicas) {
        this.parameter = parameter;
        this.replicas = replicas;
    }

    /** New values of a parameter and of what is remembered of it. */
    record Moved(Value value, List<Value> state) {}

    /** What a rule remembers, with the names that {@code train} has for it. */
    static List<Stacked> state(UpdateRule rule, Stacked parameter) {
        return switch (rule) {
            case UpdateRule.AdamW _ ->
                List.of(
                        remembered(FIRST_MOMENT, parameter, parameter.type(), parameter.layout()),
                        remembered(SECOND_MOMENT, parameter, parameter.type(), parameter.layout()));
            case UpdateRule.Adafactor _ -> {
                if (parameter.ownRank() == 1) {
                    yield List.of(remembered(SECOND_MOMENT, parameter, parameter.type(), parameter.layout()));
                }
                int columns = parameter.type().rank() - 1;
                yield List.of(without(columns, ROW_MEAN, parameter), without(columns - 1, COLUMN_MEAN, parameter));
            }
        };
    }

    private static Stacked remembered(String prefix, Stacked parameter, TensorType type, Layout layout) {
        List<String> tensors =
                parameter.tensors().stream().map(name -> prefix + name).toList();
        return new Stacked(prefix + parameter.name(), tensors, type, layout);
    }

    /** Means along a dimension, which is not cut any more; what is cut elsewhere stays cut. */
    private static Stacked without(int dim, String prefix, Stacked parameter) {
        List<Integer> shape = new ArrayList<>(parameter.type().shape());
        shape.remove(dim);
        OptionalInt cut = parameter.layout().dim();
        Layout layout = cut.isEmpty() || cut.getAsInt() == dim
                ? Layout.REPLICATED
                : Layout.split(
                        cut.getAsInt() - (cut.getAsInt() > dim ? 1 : 0),
                        parameter.layout().parts());
        return remembered(prefix, parameter, new TensorType(parameter.type().element(), shape), layout);
    }

    /** One step; scalars by their names as arguments. */
    Moved step(UpdateRule rule, Map<String, Value> scalars, Value value, Value gradient, List<Value> state) {
        return switch (rule) {
            case UpdateRule.AdamW adamW -> adamW(adamW, scalars, value, gradient, state);
            case UpdateRule.Adafactor adafactor -> {
                Value rate = scalars.get(UpdateRule.LEARNING_RATE);
                Value decay = scalars.get(UpdateRule.Adafactor.DECAY);
                yield parameter.ownRank() == 1
                        ? vector(adafactor, rate, decay, value, gradient, state.getFirst())
                        : matrix(adafactor, rate, decay, value, gradient, state);
            }
        };
    }

    private static Value spread(Value scalar, Value over) {
        return scalar.broadcast(over.type().shape());
    }

    private static Moved adamW(
            UpdateRule.AdamW rule, Map<String, Value> scalars, Value value, Value gradient, List<Value> state) {
        Value rate = spread(scalars.get(UpdateRule.LEARNING_RATE), value);
        Value first = state.get(0).times(rule.beta1()).plus(gradient.times(1 - rule.beta1()));
        Value second =
                state.get(1).times(rule.beta2()).plus(gradient.times(gradient).times(1 - rule.beta2()));
        Value mean = first.dividedBy(spread(scalars.get(UpdateRule.AdamW.FIRST_CORRECTION), value));
        Value root = second.dividedBy(spread(scalars.get(UpdateRule.AdamW.SECOND_CORRECTION), value))
                .sqrt()
                .plus(rule.eps());
        Value kept = value.minus(value.times(rate).times(rule.weightDecay()));
        return new Moved(kept.minus(rate.times(mean.dividedBy(root))), List.of(first, second));
    }

    private static Value mixed(Value old, Value now, Value decay) {
        Value share = spread(decay, old);
        return old.times(share).plus(now.times(share.negated().plus(1)));
    }

    private Moved vector(
            UpdateRule.Adafactor rule, Value rate, Value decay, Value value, Value gradient, Value moment) {
        int dim = value.type().rank() - 1;
        Value second = mixed(moment, gradient.times(gradient).plus(rule.eps()), decay);
        Value update = clipped(rule, gradient.times(second.inverseSqrt()), dim);
        return new Moved(value.minus(update.times(spread(rate, value))), List.of(second));
    }

    private Moved matrix(
            UpdateRule.Adafactor rule, Value rate, Value decay, Value value, Value gradient, List<Value> state) {
        int columns = value.type().rank() - 1;
        int rows = columns - 1;
        List<Integer> shape = value.type().shape();
        Value square = gradient.times(gradient).plus(rule.eps());
        Value rowMean = mixed(state.get(0), mean(square, columns), decay); // [.., R]
        Value columnMean = mixed(state.get(1), mean(square, rows), decay); // [.., C]
        Value meanOfRows = mean(rowMean, rows); // [..]
        int[] layers = parameter.isLayered() ? new int[] {0} : new int[0];
        Value rowFactor = rowMean.dividedBy(meanOfRows.broadcast(rowMean.type().shape(), layers))
                .inverseSqrt();
        Value columnFactor = columnMean.inverseSqrt();
        Value update = gradient.times(rowFactor.broadcast(shape, with(layers, rows)))
                .times(columnFactor.broadcast(shape, with(layers, columns)));
        Value step = clipped(rule, update, rows, columns);
        return new Moved(value.minus(step.times(spread(rate, value))), List.of(rowMean, columnMean));
    }

    private static int[] with(int[] layers, int dim) {
        return layers.length == 0 ? new int[] {dim} : new int[] {layers[0], dim};
    }

    /** Scaled down, each layer by itself, to the largest root mean square. */
    private Value clipped(UpdateRule.Adafactor rule, Value update, int... dims) {
        Value meanSquare = mean(update.times(update), dims);
        Value excess = meanSquare.sqrt().times(1 / rule.clipThreshold());
        Value divisor = excess.max(excess.filled(1));
        int[] layers = parameter.isLayered() ? new int[] {0} : new int[0];
        return update.dividedBy(divisor.broadcast(update.type().shape(), layers));
    }

    /** The mean along dimensions of the parameter, over all devices where it is cut along one of them. */
    private Value mean(Value x, int... dims) {
        long count = 1;
        boolean cut = false;
        for (int dim : dims) {
            count *= parameter.type().extent(dim);
            cut |= parameter.layout().dim().equals(OptionalInt.of(dim));
        }
        Value sum = x.sum(dims);
        return (cut ? sum.summedOverReplicas(replicas) : sum).times(1.0 / count);
    }
}
