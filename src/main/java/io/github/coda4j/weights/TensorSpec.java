package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;

/**
 * A tensor that a checkpoint must hold, or may hold when {@code optional}.
 *
 * @param shape the exact shape
 * @param dtypes the accepted element kinds; not empty
 */
public record TensorSpec(String name, long[] shape, Set<DType> dtypes, boolean optional) {
    public TensorSpec {
        Objects.requireNonNull(name, "name");
        shape = shape.clone();
        Shapes.elements(shape);
        dtypes = Set.copyOf(dtypes);
        check(!dtypes.isEmpty(), "the expected tensor %s names no dtype", name);
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorSpec that
                && name.equals(that.name)
                && Arrays.equals(shape, that.shape)
                && dtypes.equals(that.dtypes)
                && optional == that.optional;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, Arrays.hashCode(shape), dtypes, optional);
    }

    @Override
    public String toString() {
        return name + " " + dtypes + " " + Arrays.toString(shape) + (optional ? " (optional)" : "");
    }
}
