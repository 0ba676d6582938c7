package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Element type and extents of a tensor; a scalar has none.
 *
 * @param shape extents, each at least 1
 */
public record TensorType(ElementType element, List<Integer> shape) {
    public TensorType {
        requireNonNull(element, "element type is null");
        shape = List.copyOf(shape);
        for (int extent : shape) {
            check(extent >= 1, "extents must be at least 1, got %s", shape);
        }
    }

    public static TensorType of(ElementType element, int... shape) {
        return new TensorType(element, Axes.list(shape));
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.size();
    }

    public int extent(int dim) {
        return shape.get(dim);
    }

    public long elements() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /** Bytes of a dense buffer. */
    public long bytes() {
        return elements() * element.bytes();
    }

    public TensorType withElement(ElementType other) {
        return new TensorType(other, shape);
    }

    /** The same with another extent of a dimension. */
    TensorType withExtent(int dim, int extent) {
        List<Integer> changed = new ArrayList<>(shape);
        changed.set(dim, extent);
        return new TensorType(element, changed);
    }

    /** So many of them, stacked along a new first dimension. */
    TensorType stacked(int count) {
        List<Integer> more = new ArrayList<>(List.of(count));
        more.addAll(shape);
        return new TensorType(element, more);
    }

    /** One of what is stacked along the first dimension. */
    TensorType unstacked() {
        check(rank() >= 1, "a scalar is no stack");
        return new TensorType(element, shape.subList(1, rank()));
    }

    /** As StableHLO writes it, such as {@code tensor<2x3xf32>}. */
    public String text() {
        return "tensor<" + extents() + element.text() + ">";
    }

    String versionedText() {
        return "!vhlo.tensor_v1<" + extents() + element.versionedText() + ">";
    }

    private String extents() {
        return shape.stream().map(extent -> extent + "x").collect(Collectors.joining());
    }

    @Override
    public String toString() {
        return text();
    }
}
