package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A way to hold the rows of a matrix that is no floating numbers, in a checkpoint and in memory. */
sealed interface QuantizedRows permits Int8Rows, Int4Rows {
    /** What follows the name of a matrix in the name of its rows' scales. */
    String SCALE_SUFFIX = "_scale";

    /** The tensors that a matrix [rows, width] of that name becomes, of which the first has its name. */
    List<TensorDeclaration> tensors(String name, long rows, long width);

    /**
     * Quantizes whole rows.
     *
     * @param weights [rows, width] of the given kind, in memory that any thread may touch
     * @param kind F32, BF16 or F16
     * @param name of the tensor they are of, for messages
     * @param firstRow number of the first row, for messages
     * @param arena where the results are put
     * @return the rows' part of each of {@link #tensors}, in that order
     * @throws io.github.coda4j.CodaException naming tensor, row and column of a NaN or infinity
     */
    List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long width, String name, long firstRow, Arena arena);

    /** Bytes of all tensors. */
    default long bytes(long rows, long width) {
        return tensors("x", rows, width).stream()
                .mapToLong(TensorDeclaration::bytes)
                .sum();
    }
}
