package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor that is going to be written.
 *
 * @param shape row-major; empty for a scalar
 */
public record TensorDeclaration(String name, DType dtype, long... shape) {
    public TensorDeclaration {
        check(!name.isEmpty() && !name.equals(SafetensorsHeader.METADATA), "\"%s\" cannot name a tensor", name);
        Objects.requireNonNull(dtype, "dtype");
        shape = shape.clone();
        Shapes.bytes(shape, dtype);
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Product of the shape times the bytes of one element. */
    public long bytes() {
        return Shapes.bytes(shape, dtype);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorDeclaration that
                && name.equals(that.name)
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, dtype, Arrays.hashCode(shape));
    }

    @Override
    public String toString() {
        return name + " " + dtype + " " + Arrays.toString(shape);
    }
}
