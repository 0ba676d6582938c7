package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/** Values that are not computed of others. */
sealed interface Leaf extends SimpleOp {
    TensorType type();

    @Override
    default TensorType type(List<TensorType> operands) {
        return type();
    }

    @Override
    default Optional<Value> derivative(Node node, int operand, Value gradient) {
        throw new AssertionError("no operands");
    }

    @Override
    default boolean isConstant(List<Node> operands) {
        return true;
    }

    /** What a block is given. */
    record Parameter(ProgramBlock block, TensorType type) implements Leaf {
        @Override
        public boolean isConstant(List<Node> operands) {
            return false;
        }
    }

    /** The same number everywhere; 0 is false. */
    record Constant(TensorType type, double value) implements Leaf {}

    /** The index along a dimension. */
    record Iota(TensorType type, int dim) implements Leaf {
        public Iota {
            check(dim >= 0 && dim < type.rank(), "no dimension %d in %s", dim, type);
        }
    }
}
