package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/** Operations on elements that stand at the same place. */
sealed interface Elementwise extends SimpleOp {
    /** Of one tensor. */
    record Unary(Kind kind) implements Elementwise {
        enum Kind {
            NEGATE,
            EXPONENTIAL,
            LOG,
            RSQRT,
            SQRT,
            LOGISTIC
        }

        @Override
        public TensorType type(List<TensorType> operands) {
            check(operands.getFirst().element().isFloat(), "%s of %s", kind, operands.getFirst());
            return operands.getFirst();
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            Value x = node.operand(0);
            Value y = node.result();
            return Optional.of(
                    switch (kind) {
                        case NEGATE -> gradient.negated();
                        case EXPONENTIAL -> gradient.times(y);
                        case LOG -> gradient.dividedBy(x);
                        case RSQRT -> gradient.times(y.times(y).times(y)).times(-0.5);
                        case SQRT -> gradient.dividedBy(y).times(0.5);
                        case LOGISTIC -> gradient.times(y.minus(y.times(y)));
                    });
        }
    }

    /** Of two tensors of one type. */
    record Binary(Kind kind) implements Elementwise {
        enum Kind {
            ADD,
            SUBTRACT,
            MULTIPLY,
            DIVIDE,
            MAXIMUM,
            MINIMUM,
            AND
        }

        @Override
        public TensorType type(List<TensorType> operands) {
            check(
                    operands.get(0).equals(operands.get(1)),
                    "%s of %s and %s: types differ",
                    kind,
                    operands.get(0),
                    operands.get(1));
            return operands.getFirst();
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            Value own = node.operand(operand);
            Value other = node.operand(1 - operand);
            return Optional.of(
                    switch (kind) {
                        case ADD -> gradient;
                        case SUBTRACT -> operand == 0 ? gradient : gradient.negated();
                        case MULTIPLY -> gradient.times(other);
                        case DIVIDE ->
                            operand == 0
                                    ? gradient.dividedBy(other)
                                    : gradient.times(node.result())
                                            .dividedBy(own)
                                            .negated();
                        // Of equal ones the first is taken.
                        case MAXIMUM ->
                            (operand == 0 ? own.atLeast(other) : own.above(other)).choose(gradient, gradient.zeros());
                        case MINIMUM ->
                            (operand == 0 ? other.atLeast(own) : other.above(own)).choose(gradient, gradient.zeros());
                        case AND -> throw new AssertionError("truth has no derivative");
                    });
        }
    }

    /** Truth of a comparison. */
    record Compare(Direction direction) implements Elementwise {
        enum Direction {
            EQ,
            LT,
            GE,
            GT
        }

        @Override
        public TensorType type(List<TensorType> operands) {
            check(operands.get(0).equals(operands.get(1)), "%s compared with %s", operands.get(0), operands.get(1));
            return operands.getFirst().withElement(ElementType.PRED);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.empty();
        }
    }

    /** Whether numbers are neither infinite nor NaN. */
    record IsFinite() implements Elementwise {
        @Override
        public TensorType type(List<TensorType> operands) {
            check(operands.getFirst().element().isFloat(), "whether %s is finite", operands.getFirst());
            return operands.getFirst().withElement(ElementType.PRED);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return Optional.empty();
        }
    }

    /** Where the first is true the second, elsewhere the third. */
    record Select() implements Elementwise {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType chosen = operands.get(1);
            check(
                    operands.get(0).equals(chosen.withElement(ElementType.PRED))
                            && operands.get(2).equals(chosen),
                    "a choice by %s between %s and %s",
                    operands.get(0),
                    chosen,
                    operands.get(2));
            return chosen;
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            Value where = node.operand(0);
            return switch (operand) {
                case 1 -> Optional.of(where.choose(gradient, gradient.zeros()));
                case 2 -> Optional.of(where.choose(gradient.zeros(), gradient));
                default -> Optional.empty();
            };
        }
    }

    /** The nearest number of another type. */
    record Convert(ElementType to) implements Elementwise {
        @Override
        public TensorType type(List<TensorType> operands) {
            return operands.getFirst().withElement(to);
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            ElementType from = node.operand(0).type().element();
            return from.isFloat() ? Optional.of(gradient.convert(from.ofGradients())) : Optional.empty();
        }
    }
}
