package io.github.coda4j.hlo;

import java.util.List;
import java.util.Optional;

/** The same value with something said about it. */
sealed interface Marker extends SimpleOp {
    @Override
    default TensorType type(List<TensorType> operands) {
        return operands.getFirst();
    }

    /** Constant to derivatives. No line of the program. */
    record Held() implements Marker {
        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.empty();
        }
    }

    /** The same on every replica: what they say about it is summed. No line of the program. */
    record Shared(int replicas) implements Marker {
        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(new Collective.AllReduce(replicas).on(gradient));
        }
    }

    /** How a partitioner is to lay it out; its gradient lies alike. */
    record Placed(Layout layout) implements Marker {
        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.of(on(gradient));
        }
    }
}
