package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/**
 * What the replicas of a program tell each other; all of them take part. The derivative of what one replica's loss is
 * to its operand is taken for the sum of all replicas' losses.
 */
sealed interface Collective extends SimpleOp {
    int replicas();

    /** The parts of all replicas, one behind the other along a dimension. */
    record AllGather(int dim, int replicas) implements Collective {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType part = operands.getFirst();
            check(dim >= 0 && dim < part.rank(), "no dimension %d in %s", dim, part);
            return part.withExtent(dim, part.extent(dim) * replicas);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(new ReduceScatter(dim, replicas).on(gradient));
        }
    }

    /** Each replica its own part of the sum over all replicas. */
    record ReduceScatter(int dim, int replicas) implements Collective {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType whole = operands.getFirst();
            check(
                    dim >= 0 && dim < whole.rank() && whole.extent(dim) % replicas == 0,
                    "%s has no %d equal parts along dimension %d",
                    whole,
                    replicas,
                    dim);
            return whole.withExtent(dim, whole.extent(dim) / replicas);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(new AllGather(dim, replicas).on(gradient));
        }
    }

    /** The sum over all replicas, on each. */
    record AllReduce(int replicas) implements Collective {
        @Override
        public TensorType type(List<TensorType> operands) {
            check(operands.getFirst().element().isFloat(), "a sum over replicas of %s", operands.getFirst());
            return operands.getFirst();
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(on(gradient));
        }
    }
}
