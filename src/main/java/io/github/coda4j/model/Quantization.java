package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** How a checkpoint holds the weights of products that are no floating numbers; see {@link QuantizedCheckpoint}. */
interface Quantization {
    /** What config.json calls it, {@code quant_method}. */
    String method();

    /** What config.json says of it for people. */
    String inWords();

    /** Whether the embedding becomes {@link Int8Rows}; otherwise it is BF16. */
    boolean narrowsEmbedding();

    /** The tensors that a weight [outputs, inputs] of that name becomes, of which the first has its name. */
    List<TensorDeclaration> tensors(String name, long outputs, long inputs);

    /**
     * Quantizes whole rows.
     *
     * @param weights [rows, inputs] of the given kind, in memory that any thread may touch
     * @param kind F32, BF16 or F16
     * @param name of the tensor they are of, for messages
     * @param firstRow number of the first row, for messages
     * @param arena where the results are put
     * @return the rows' part of each of {@link #tensors}, in that order
     * @throws io.github.coda4j.CodaException naming tensor, row and column of a NaN or infinity
     */
    List<MemorySegment> quantize(
            MemorySegment weights, DType kind, long inputs, String name, long firstRow, Arena arena);
}
