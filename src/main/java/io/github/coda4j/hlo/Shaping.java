package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operations that move elements and change none. */
sealed interface Shaping extends SimpleOp {
    /** The same elements in their order under other extents. */
    record Reshape(List<Integer> shape) implements Shaping {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType type = new TensorType(operands.getFirst().element(), shape);
            check(
                    type.elements() == operands.getFirst().elements(),
                    "%s does not become %s",
                    operands.getFirst(),
                    type);
            return type;
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(gradient.reshape(node.operand(0).type().shape()));
        }
    }

    /**
     * Repeated along new dimensions.
     *
     * @param dims where each of the operand's dimensions goes, ascending
     */
    record Broadcast(List<Integer> shape, List<Integer> dims) implements Shaping {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType operand = operands.getFirst();
            TensorType type = new TensorType(operand.element(), shape);
            check(
                    Axes.within(dims, shape.size())
                            && Axes.ascend(dims)
                            && Axes.extents(type, dims).equals(operand.shape()),
                    "%s is not spread over %s along %s",
                    operand,
                    type,
                    dims);
            return type;
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(gradient.sum(Axes.array(Axes.others(shape.size(), dims))));
        }
    }

    /**
     * Dimensions in another order.
     *
     * @param dims which of the operand's becomes the first, the second and so on
     */
    record Transpose(List<Integer> dims) implements Shaping {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType operand = operands.getFirst();
            check(
                    dims.size() == operand.rank() && Axes.within(dims, operand.rank()),
                    "%s is no order of the dimensions of %s",
                    dims,
                    operand);
            return new TensorType(operand.element(), Axes.extents(operand, dims));
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            int[] back = IntStream.range(0, dims.size()).map(dims::indexOf).toArray();
            return Optional.of(gradient.transpose(back));
        }
    }

    /** The indices [from, to) of one dimension. */
    record Slice(int dim, int from, int to) implements Shaping {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType operand = operands.getFirst();
            check(
                    dim >= 0 && dim < operand.rank() && from >= 0 && from < to && to <= operand.extent(dim),
                    "no part [%d, %d) along dimension %d of %s",
                    from,
                    to,
                    dim,
                    operand);
            return operand.withExtent(dim, to - from);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            int after = node.operand(0).type().extent(dim) - to;
            return Optional.of(new Pad(dim, from, after).on(gradient, gradient.zero()));
        }
    }

    /** More of the second operand, a scalar, before and behind along one dimension. */
    record Pad(int dim, int before, int after) implements Shaping {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType operand = operands.getFirst();
            check(
                    dim >= 0
                            && dim < operand.rank()
                            && before >= 0
                            && after >= 0
                            && operands.get(1).equals(TensorType.of(operand.element())),
                    "%s is not padded by %s along dimension %d",
                    operand,
                    operands.get(1),
                    dim);
            return operand.withExtent(dim, before + operand.extent(dim) + after);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            int length = node.operand(0).type().extent(dim);
            Value inner = gradient.slice(dim, before, before + length);
            return Optional.of(operand == 0 ? inner : gradient.sum().minus(inner.sum()));
        }
    }

    /** One behind the other along a dimension. */
    record Concatenate(int dim) implements Shaping {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType first = operands.getFirst();
            check(dim >= 0 && dim < first.rank(), "no dimension %d in %s", dim, first);
            for (TensorType operand : operands) {
                check(
                        operand.rank() == first.rank()
                                && operand.withExtent(dim, 1).equals(first.withExtent(dim, 1)),
                        "%s behind %s along dimension %d",
                        operand,
                        first,
                        dim);
            }
            return first.withExtent(
                    dim, operands.stream().mapToInt(type -> type.extent(dim)).sum());
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            List<Integer> lengths = new ArrayList<>();
            node.operands().forEach(value -> lengths.add(value.type().extent(dim)));
            int from = lengths.subList(0, operand).stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            return Optional.of(gradient.slice(dim, from, from + lengths.get(operand)));
        }
    }
}
