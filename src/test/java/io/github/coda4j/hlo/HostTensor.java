package io.github.coda4j.hlo;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/** A tensor of the evaluator: numbers in row-major order, rounded to its element type; true is 1. */
public record HostTensor(TensorType type, double[] data) {
    public HostTensor {
        if (data.length != type.elements()) {
            throw new IllegalArgumentException(data.length + " numbers for " + type);
        }
    }

    /** Filled element by element, rounded. */
    public static HostTensor of(TensorType type, IntToDoubleFunction element) {
        double[] data = new double[Math.toIntExact(type.elements())];
        Arrays.setAll(data, i -> rounded(type.element(), element.applyAsDouble(i)));
        return new HostTensor(type, data);
    }

    public static HostTensor of(TensorType type, float[] values) {
        return of(type, i -> values[i]);
    }

    public static HostTensor of(TensorType type, int[] values) {
        return of(type, i -> values[i]);
    }

    public static HostTensor scalar(ElementType element, double value) {
        return of(TensorType.of(element), _ -> value);
    }

    static double rounded(ElementType element, double value) {
        return switch (element) {
            case F64, I32, PRED -> value;
            case F32 -> (float) value;
            case BF16 -> bf16((float) value);
        };
    }

    /** To the nearest, ties to even. */
    private static float bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounding = 0x7FFF + (bits >>> 16 & 1);
        return Float.isFinite(value) ? Float.intBitsToFloat(bits + rounding & 0xFFFF0000) : value;
    }

    HostTensor map(DoubleUnaryOperator function) {
        return of(type, i -> function.applyAsDouble(data[i]));
    }

    public double item() {
        if (data.length != 1) {
            throw new IllegalStateException(type + " is no scalar");
        }
        return data[0];
    }

    /** For each element of a tensor of such a shape, where it lies in this one, which has such strides. */
    static int[] offsets(List<Integer> shape, int[] strides, int first) {
        int[] offsets = {first};
        for (int dim = 0; dim < shape.size(); dim++) {
            int[] more = new int[offsets.length * shape.get(dim)];
            for (int i = 0; i < more.length; i++) {
                more[i] = offsets[i / shape.get(dim)] + i % shape.get(dim) * strides[dim];
            }
            offsets = more;
        }
        return offsets;
    }

    static int[] strides(List<Integer> shape) {
        int[] strides = new int[shape.size()];
        int step = 1;
        for (int dim = shape.size() - 1; dim >= 0; dim--) {
            strides[dim] = step;
            step *= shape.get(dim);
        }
        return strides;
    }

    int[] strides() {
        return strides(type.shape());
    }

    HostTensor transpose(List<Integer> dims) {
        int[] strides = dims.stream().mapToInt(dim -> strides()[dim]).toArray();
        TensorType turned = new TensorType(type.element(), Axes.extents(type, dims));
        int[] from = offsets(turned.shape(), strides, 0);
        return of(turned, i -> data[from[i]]);
    }

    /** The indices [from, to) of a dimension. */
    public HostTensor slice(int dim, int from, int to) {
        TensorType part = type.withExtent(dim, to - from);
        int[] at = offsets(part.shape(), strides(), from * strides()[dim]);
        return of(part, i -> data[at[i]]);
    }

    /** One behind the other along a dimension. */
    public static HostTensor concatenate(int dim, List<HostTensor> parts) {
        TensorType type = parts.getFirst()
                .type()
                .withExtent(
                        dim,
                        parts.stream().mapToInt(part -> part.type().extent(dim)).sum());
        double[] data = new double[Math.toIntExact(type.elements())];
        int[] strides = strides(type.shape());
        int first = 0;
        for (HostTensor part : parts) {
            int[] at = offsets(part.type().shape(), strides, first * strides[dim]);
            for (int i = 0; i < at.length; i++) {
                data[at[i]] = part.data()[i];
            }
            first += part.type().extent(dim);
        }
        return new HostTensor(type, data);
    }
}
