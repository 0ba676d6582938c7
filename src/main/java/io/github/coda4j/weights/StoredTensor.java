package io.github.coda4j.weights;

import io.github.coda4j.tensor.DType;
import java.util.Arrays;

/** A tensor of a {@link Checkpoint}. */
public interface StoredTensor {
    /** Unique within the checkpoint. */
    String name();

    /** Of its elements. */
    DType dtype();

    /** Row-major; empty for a scalar. */
    long[] shape();

    /** Product of the shape. */
    default long elements() {
        return Shapes.elements(shape());
    }

    /** {@link #elements} times the bytes of one. */
    default long bytes() {
        return Shapes.bytes(shape(), dtype());
    }

    /** Whether the shape is exactly this. */
    default boolean hasShape(long... expected) {
        return Arrays.equals(shape(), expected);
    }
}
