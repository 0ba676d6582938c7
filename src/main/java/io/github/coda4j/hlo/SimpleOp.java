package io.github.coda4j.hlo;

import java.util.List;
import java.util.Optional;

/** An operation that is one line of the program and has one result. */
sealed interface SimpleOp extends Op
        permits Leaf, Elementwise, Shaping, Reduce, Dot, TableRows, StackEntry, Collective, Marker {
    /** Of its result. */
    TensorType type(List<TensorType> operands);

    /**
     * What the gradient of its result says about an operand; empty where the result does not change with it. A gradient
     * of BF16 values is F32.
     *
     * @throws IllegalStateException when it has none: the value must be {@link Value#held}
     */
    Optional<Value> derivative(Node node, int operand, Value gradient);

    @Override
    default List<TensorType> types(List<TensorType> operands) {
        return List.of(type(operands));
    }

    @Override
    default boolean isConstant(List<Node> operands) {
        return !operands.isEmpty() && operands.stream().allMatch(Node::isConstant);
    }

    /** The value of it. */
    default Value on(Value... operands) {
        return new Node(this, List.of(operands)).result();
    }
}
