package io.github.coda4j.hlo;

import java.util.List;

/** What a node computes. Each is a record with its attributes, its result's type and its derivative. */
sealed interface Op permits SimpleOp, Scan {
    /**
     * The types of its results.
     *
     * @throws IllegalArgumentException when operands do not fit
     */
    List<TensorType> types(List<TensorType> operands);

    /** Whether a value made by it of such operands depends on no argument. */
    boolean isConstant(List<Node> operands);
}
