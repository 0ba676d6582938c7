package io.github.coda4j.hlo;

import io.github.coda4j.hlo.Line.Name;
import io.github.coda4j.hlo.Line.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * Runs the lines of a program as StableHLO's specification defines them, for all replicas in step: slow, plain, and
 * independent of how programs are made. Sums are taken in double and rounded once.
 */
public final class Evaluator {
    private final int replicas;

    private Evaluator(int replicas) {
        this.replicas = replicas;
    }

    /** Results of a program for one device. */
    public static List<HostTensor> run(Program program, List<HostTensor> arguments) {
        return runAll(program, List.of(arguments)).getFirst();
    }

    /** Results by replica; a program with annotations runs as one device would. */
    public static List<List<HostTensor>> runAll(Program program, List<List<HostTensor>> arguments) {
        if (arguments.size() != program.replicas()) {
            throw new IllegalArgumentException(
                    arguments.size() + " lists of arguments for " + program.replicas() + " replicas");
        }
        for (List<HostTensor> list : arguments) {
            for (int i = 0; i < program.arguments().size(); i++) {
                Program.Argument argument = program.arguments().get(i);
                if (!list.get(i).type().equals(argument.type())) {
                    throw new IllegalArgumentException(argument.name() + " is " + argument.type() + ", got "
                            + list.get(i).type());
                }
            }
        }
        Evaluator evaluator = new Evaluator(program.replicas());
        List<HostTensor[]> given = new ArrayList<>();
        for (int i = 0; i < program.arguments().size(); i++) {
            int index = i;
            given.add(arguments.stream().map(list -> list.get(index)).toArray(HostTensor[]::new));
        }
        List<HostTensor[]> results = evaluator.region(program.body(), given);
        return IntStream.range(0, evaluator.replicas)
                .mapToObj(replica ->
                        results.stream().map(result -> result[replica]).toList())
                .toList();
    }

    private List<HostTensor[]> region(Region region, List<HostTensor[]> given) {
        Map<Name, HostTensor[]> known = new HashMap<>();
        for (int i = 0; i < given.size(); i++) {
            known.put(region.parameters().get(i), given.get(i));
        }
        for (Line line : region.lines()) {
            switch (line) {
                case Line.Apply apply -> {
                    List<HostTensor[]> operands = apply.operands().stream()
                            .map(name -> known(known, name))
                            .toList();
                    HostTensor[] result =
                            apply(apply.op(), operands, apply.result().type());
                    for (HostTensor tensor : result) {
                        if (!tensor.type().equals(apply.result().type())) {
                            throw new AssertionError(apply + " gave " + tensor.type());
                        }
                    }
                    known.put(apply.result(), result);
                }
                case Line.While loop -> {
                    List<HostTensor[]> state = loop.operands().stream()
                            .map(name -> known(known, name))
                            .toList();
                    while (goesOn(loop.condition(), state)) {
                        state = region(loop.body(), state);
                    }
                    for (int i = 0; i < state.size(); i++) {
                        known.put(loop.results().get(i), state.get(i));
                    }
                }
            }
        }
        return region.results().stream().map(name -> known(known, name)).toList();
    }

    private static HostTensor[] known(Map<Name, HostTensor[]> known, Name name) {
        HostTensor[] tensors = known.get(name);
        if (tensors == null) {
            throw new AssertionError(name + " is used before it is there, or in a region that it is not handed to");
        }
        return tensors;
    }

    private boolean goesOn(Region condition, List<HostTensor[]> state) {
        HostTensor[] truths = region(condition, state).getFirst();
        if (Arrays.stream(truths).mapToDouble(HostTensor::item).distinct().count() != 1) {
            throw new AssertionError("replicas disagree about how long a loop runs");
        }
        return truths[0].item() == 1;
    }

    private HostTensor[] apply(SimpleOp op, List<HostTensor[]> operands, TensorType type) {
        if (op instanceof Collective collective) {
            return collective(collective, operands.getFirst(), type);
        }
        HostTensor[] results = new HostTensor[replicas];
        for (int replica = 0; replica < replicas; replica++) {
            int own = replica;
            results[replica] = one(op, operands.stream().map(all -> all[own]).toList(), type);
        }
        return results;
    }

    private HostTensor[] collective(Collective op, HostTensor[] parts, TensorType type) {
        if (op.replicas() != replicas) {
            throw new AssertionError(op + " among " + replicas);
        }
        HostTensor sum = op instanceof Collective.AllGather
                ? null
                : HostTensor.of(
                        parts[0].type(),
                        i -> Arrays.stream(parts)
                                .mapToDouble(part -> part.data()[i])
                                .sum());
        return IntStream.range(0, replicas)
                .mapToObj(replica -> switch (op) {
                    case Collective.AllGather gather -> HostTensor.concatenate(gather.dim(), List.of(parts));
                    case Collective.AllReduce _ -> sum;
                    case Collective.ReduceScatter scatter -> {
                        int extent = type.extent(scatter.dim());
                        yield sum.slice(scatter.dim(), replica * extent, (replica + 1) * extent);
                    }
                })
                .toArray(HostTensor[]::new);
    }

    private static HostTensor one(SimpleOp op, List<HostTensor> operands, TensorType type) {
        HostTensor first = operands.isEmpty() ? null : operands.getFirst();
        return switch (op) {
            case Leaf.Constant constant -> HostTensor.of(type, _ -> constant.value());
            case Leaf.Iota iota -> {
                int step = HostTensor.strides(type.shape())[iota.dim()];
                yield HostTensor.of(type, i -> i / step % type.extent(iota.dim()));
            }
            case Elementwise.Unary unary ->
                first.map(x -> switch (unary.kind()) {
                    case NEGATE -> -x;
                    case EXPONENTIAL -> Math.exp(x);
                    case LOG -> Math.log(x);
                    case SQRT -> Math.sqrt(x);
                    case RSQRT -> 1 / Math.sqrt(x);
                    case LOGISTIC -> 1 / (1 + Math.exp(-x));
                });
            case Elementwise.Binary binary -> pairs(type, operands, binary(binary.kind()));
            case Elementwise.Compare compare ->
                pairs(
                        type,
                        operands,
                        (a, b) -> (switch (compare.direction()) {
                                    case EQ -> a == b;
                                    case LT -> a < b;
                                    case GE -> a >= b;
                                    case GT -> a > b;
                                })
                                ? 1
                                : 0);
            case Elementwise.IsFinite _ -> HostTensor.of(type, i -> Double.isFinite(first.data()[i]) ? 1 : 0);
            case Elementwise.Select _ ->
                HostTensor.of(
                        type, i -> operands.get(first.data()[i] == 1 ? 1 : 2).data()[i]);
            case Elementwise.Convert _, Shaping.Reshape _ -> HostTensor.of(type, i -> first.data()[i]);
            case Shaping.Broadcast broadcast -> {
                int[] strides = new int[type.rank()];
                for (int i = 0; i < broadcast.dims().size(); i++) {
                    strides[broadcast.dims().get(i)] = first.strides()[i];
                }
                int[] from = HostTensor.offsets(type.shape(), strides, 0);
                yield HostTensor.of(type, i -> first.data()[from[i]]);
            }
            case Shaping.Transpose transpose -> first.transpose(transpose.dims());
            case Shaping.Slice slice -> first.slice(slice.dim(), slice.from(), slice.to());
            case Shaping.Pad pad -> pad(pad, first, operands.get(1).item(), type);
            case Shaping.Concatenate concatenate -> HostTensor.concatenate(concatenate.dim(), operands);
            case Reduce reduce -> reduce(reduce, first, type);
            case Dot dot -> dot(dot, first, operands.get(1), type);
            case TableRows.Take _ -> {
                int width = type.extent(1);
                yield HostTensor.of(
                        type, i -> first.data()[(int) operands.get(1).data()[i / width] * width + i % width]);
            }
            case TableRows.Add _ -> {
                int width = type.extent(1);
                double[] sums = first.data().clone();
                for (int i = 0; i < operands.get(2).data().length; i++) {
                    sums[(int) operands.get(1).data()[i / width] * width + i % width] +=
                            operands.get(2).data()[i];
                }
                yield HostTensor.of(type, i -> sums[i]);
            }
            case StackEntry.Get _ -> {
                int index = index(operands.get(1), first.type());
                yield first.slice(0, index, index + 1);
            }
            case StackEntry.Put _ -> {
                int index = index(operands.get(2), first.type());
                double[] one = operands.get(1).data();
                double[] data = first.data().clone();
                System.arraycopy(one, 0, data, index * one.length, one.length);
                yield new HostTensor(type, data);
            }
            case Marker.Placed _ -> first;
            case Leaf.Parameter _, Marker.Held _, Marker.Shared _, Collective _ -> throw new AssertionError(op);
        };
    }

    /** Out of range StableHLO takes the nearest; here it is a fault. */
    private static int index(HostTensor index, TensorType stack) {
        int value = (int) index.item();
        if (value < 0 || value >= stack.extent(0)) {
            throw new AssertionError("index " + value + " of " + stack);
        }
        return value;
    }

    private static DoubleBinaryOperator binary(Elementwise.Binary.Kind kind) {
        return switch (kind) {
            case ADD -> Double::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case AND -> (a, b) -> a * b;
        };
    }

    private static HostTensor pairs(TensorType type, List<HostTensor> operands, DoubleBinaryOperator function) {
        double[] a = operands.get(0).data();
        double[] b = operands.get(1).data();
        return HostTensor.of(type, i -> function.applyAsDouble(a[i], b[i]));
    }

    private static HostTensor pad(Shaping.Pad pad, HostTensor inner, double filling, TensorType type) {
        double[] data = new double[Math.toIntExact(type.elements())];
        Arrays.fill(data, filling);
        int[] strides = HostTensor.strides(type.shape());
        int[] at = HostTensor.offsets(inner.type().shape(), strides, pad.before() * strides[pad.dim()]);
        for (int i = 0; i < at.length; i++) {
            data[at[i]] = inner.data()[i];
        }
        return new HostTensor(type, data);
    }

    private static HostTensor reduce(Reduce reduce, HostTensor operand, TensorType type) {
        List<Integer> order = new ArrayList<>(Axes.others(operand.type().rank(), reduce.dims()));
        order.addAll(reduce.dims());
        HostTensor turned = operand.transpose(order);
        int length = (int) (operand.type().elements() / type.elements());
        DoubleBinaryOperator function = switch (reduce.kind()) {
            case ADD -> Double::sum;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
        };
        return HostTensor.of(type, i -> {
            double value = reduce.kind().start(type.element());
            for (int k = i * length; k < (i + 1) * length; k++) {
                value = function.applyAsDouble(value, turned.data()[k]);
            }
            return value;
        });
    }

    private static HostTensor dot(Dot dot, HostTensor left, HostTensor right, TensorType type) {
        List<Integer> leftFree = free(left.type(), dot.leftBatch(), dot.leftContract());
        List<Integer> rightFree = free(right.type(), dot.rightBatch(), dot.rightContract());
        double[] a = ordered(left, dot.leftBatch(), leftFree, dot.leftContract());
        double[] b = ordered(right, dot.rightBatch(), rightFree, dot.rightContract());
        int batch = product(Axes.extents(left.type(), dot.leftBatch()));
        int rows = product(Axes.extents(left.type(), leftFree));
        int columns = product(Axes.extents(right.type(), rightFree));
        int depth = product(Axes.extents(left.type(), dot.leftContract()));
        double[] result = new double[batch * rows * columns];
        for (int n = 0; n < batch; n++) {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    double sum = 0;
                    int atA = (n * rows + row) * depth;
                    int atB = (n * columns + column) * depth;
                    for (int k = 0; k < depth; k++) {
                        sum += a[atA + k] * b[atB + k];
                    }
                    result[(n * rows + row) * columns + column] = sum;
                }
            }
        }
        return HostTensor.of(type, i -> result[i]);
    }

    private static List<Integer> free(TensorType type, List<Integer> batch, List<Integer> contract) {
        List<Integer> others = new ArrayList<>(Axes.others(type.rank(), batch));
        others.removeAll(contract);
        return others;
    }

    private static double[] ordered(
            HostTensor tensor, List<Integer> batch, List<Integer> free, List<Integer> contract) {
        List<Integer> order = new ArrayList<>(batch);
        order.addAll(free);
        order.addAll(contract);
        return tensor.transpose(order).data();
    }

    private static int product(List<Integer> extents) {
        return extents.stream().reduce(1, Math::multiplyExact);
    }
}
