package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.OptionalInt;

/**
 * How a tensor lies on the devices of a one-dimensional mesh: the same on each, or cut in equal parts.
 *
 * @param dim the dimension that is cut; empty where every device has all of it
 * @param parts how many devices share it; 1 where it is not cut
 */
public record Layout(OptionalInt dim, int parts) {
    public static final Layout REPLICATED = new Layout(OptionalInt.empty(), 1);

    public Layout {
        check(parts >= 1, "parts must be at least 1, got %d", parts);
        check(dim.isPresent() || parts == 1, "%d parts, but no dimension that is cut", parts);
        check(dim.orElse(0) >= 0, "a dimension is 0 or more, got %d", dim.orElse(0));
    }

    /** Cut along a dimension. */
    public static Layout split(int dim, int parts) {
        return new Layout(OptionalInt.of(dim), parts);
    }

    /**
     * What one device has of a tensor.
     *
     * @throws IllegalArgumentException when the parts are not equal
     */
    public TensorType part(TensorType whole) {
        if (dim.isEmpty()) {
            return whole;
        }
        int extent = whole.extent(dim.getAsInt());
        check(extent % parts == 0, "dimension %d of %s is not a multiple of %d", dim.getAsInt(), whole, parts);
        return whole.withExtent(dim.getAsInt(), extent / parts);
    }

    /** The tensor of which each device has such a part. */
    public TensorType whole(TensorType part) {
        return dim.isEmpty() ? part : part.withExtent(dim.getAsInt(), part.extent(dim.getAsInt()) * parts);
    }
}
