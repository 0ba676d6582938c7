package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/** Rows of a table that are named by numbers. */
sealed interface TableRows extends SimpleOp {
    // V rows, D columns, N numbers

    /** Table [V, D] and I32 [N] to [N, D]. */
    record Take() implements TableRows {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType table = operands.get(0);
            TensorType ids = operands.get(1);
            check(
                    table.rank() == 2 && ids.rank() == 1 && ids.element() == ElementType.I32,
                    "no rows %s of %s",
                    ids,
                    table);
            return TensorType.of(table.element(), ids.extent(0), table.extent(1));
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            if (operand == 1) {
                return Optional.empty();
            }
            TensorType table =
                    node.operand(0).type().withElement(gradient.type().element());
            return Optional.of(new Add().on(Value.constant(table, 0), node.operand(1), gradient));
        }
    }

    /** Table [V, D], I32 [N] and [N, D] to the table with each row added to the one of its number. */
    record Add() implements TableRows {
        @Override
        public TensorType type(List<TensorType> operands) {
            TensorType table = operands.get(0);
            check(
                    new Take().type(List.of(table, operands.get(1))).equals(operands.get(2)),
                    "%s is not added to rows of %s",
                    operands.get(2),
                    table);
            return table;
        }

        @Override
        public Optional<Value> derivative(Node node, int operand, Value gradient) {
            return switch (operand) {
                case 0 -> Optional.of(gradient);
                case 2 -> Optional.of(new Take().on(gradient, node.operand(1)));
                default -> Optional.empty();
            };
        }
    }
}
