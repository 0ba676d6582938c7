package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/** One of what is stacked along the first dimension, by an I32 scalar that is computed. */
sealed interface StackEntry extends SimpleOp {
    // N of a stack

    /** Stack [N, ..] and index to [1, ..]. */
    record Get() implements StackEntry {
        @Override
        public TensorType type(List<TensorType> operands) {
            check(operands.get(1).equals(TensorType.of(ElementType.I32)), "an index of %s", operands.get(1));
            return operands.getFirst().unstacked().stacked(1);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            if (operand == 1) {
                return Optional.empty();
            }
            TensorType stack =
                    node.operand(0).type().withElement(gradient.type().element());
            return Optional.of(new Put().on(Value.constant(stack, 0), gradient, node.operand(1)));
        }
    }

    /** Stack [N, ..], [1, ..] and index to the stack with that one replaced. */
    record Put() implements StackEntry {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType stack = operands.getFirst();
            check(
                    operands.get(1).equals(stack.unstacked().stacked(1))
                            && operands.get(2).equals(TensorType.of(ElementType.I32)),
                    "%s does not go into %s at an index of %s",
                    operands.get(1),
                    stack,
                    operands.get(2));
            return stack;
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            TensorType one = node.operand(1).type().withElement(gradient.type().element());
            return switch (operand) {
                case 0 -> Optional.of(on(gradient, Value.constant(one, 0), node.operand(2)));
                case 1 -> Optional.of(new Get().on(gradient, node.operand(2)));
                default -> Optional.empty();
            };
        }
    }
}
