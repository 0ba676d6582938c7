package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where one tensor lies on disk.
 *
 * @param shape row-major; empty for a scalar
 * @param file the safetensors file that holds it
 * @param offset of the first byte, counted from the start of the file
 * @param bytes product of the shape times the bytes of one element
 */
public record TensorEntry(String name, DType dtype, long[] shape, Path file, long offset, long bytes)
        implements StoredTensor {
    public TensorEntry {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(file, "file");
        shape = shape.clone();
        check(offset >= 0, "offset of %s must not be negative, got %d", name, offset);
        check(
                bytes == Shapes.bytes(shape, dtype),
                "%s %s of %s takes %d bytes, got %d",
                dtype,
                Arrays.toString(shape),
                name,
                Shapes.bytes(shape, dtype),
                bytes);
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorEntry that
                && name.equals(that.name)
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape)
                && file.equals(that.file)
                && offset == that.offset
                && bytes == that.bytes;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, dtype, Arrays.hashCode(shape), file, offset, bytes);
    }

    @Override
    public String toString() {
        return name + " " + dtype + " " + Arrays.toString(shape) + " in " + file + " at " + offset;
    }
}
