package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sums, largest or smallest elements along dimensions, which go away.
 *
 * @param dims ascending
 */
record Reduce(Kind kind, List<Integer> dims) implements SimpleOp {
    enum Kind {
        ADD(0),
        MAXIMUM(Double.NEGATIVE_INFINITY),
        MINIMUM(Double.POSITIVE_INFINITY);

        private final double start;

        Kind(double start) {
            this.start = start;
        }

        /** What an empty reduction gives. */
        double start(ElementType element) {
            return element.isFloat() || this == ADD ? start : this == MAXIMUM ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
    }

    @Override
    public TensorType type(List<TensorType> operands) {
        TensorType operand = operands.getFirst();
        check(
                Axes.within(dims, operand.rank()) && Axes.ascend(dims),
                "%s along dimensions %s of %s",
                kind,
                dims,
                operand);
        List<Integer> kept = new ArrayList<>(Axes.others(operand.rank(), dims));
        return new TensorType(operand.element(), Axes.extents(operand, kept));
    }

    @Override
    public Optional<Value> derivative(Node node, int operand, Value gradient) {
        if (kind != Kind.ADD) {
            throw new IllegalStateException("the " + kind + " along dimensions has no derivative here: hold it");
        }
        List<Integer> shape = node.operand(0).type().shape();
        return Optional.of(gradient.broadcast(shape, Axes.array(Axes.others(shape.size(), dims))));
    }
}
