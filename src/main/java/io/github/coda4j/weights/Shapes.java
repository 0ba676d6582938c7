package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import java.util.Arrays;

/** Sizes of shapes without silent overflow. */
final class Shapes {
    private Shapes() {}

    /** Product of the shape; 1 for a scalar. A negative or overflowing shape is an {@link IllegalArgumentException}. */
    static long elements(long... shape) {
        long product = 1;
        boolean empty = false;
        for (long size : shape) {
            check(size >= 0, "shape %s has a negative size", Arrays.toString(shape));
            empty |= size == 0;
        }
        for (long size : shape) {
            check(
                    empty || Math.multiplyHigh(product, size) == 0 && product * size >= 0,
                    "shape %s has more than 2^63 elements",
                    Arrays.toString(shape));
            product *= size;
        }
        return empty ? 0 : product;
    }

    static long bytes(long[] shape, DType dtype) {
        long elements = elements(shape);
        check(
                elements <= Long.MAX_VALUE / dtype.bytes(),
                "%s %s takes more than 2^63 bytes",
                dtype,
                Arrays.toString(shape));
        return elements * dtype.bytes();
    }
}
