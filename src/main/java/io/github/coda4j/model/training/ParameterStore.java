package io.github.coda4j.model.training;

import io.github.coda4j.CodaException;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.weights.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * All parameters of a model in training and their gradients: two flat F32 tensors of the same layout, in the order of
 * {@link Parameters#of}, each parameter starting at a multiple of {@link #ALIGNMENT} elements (what lies between stays
 * 0).
 */
public final class ParameterStore implements AutoCloseable {
    public static final int ALIGNMENT = 16;

    private final Map<String, Slice> slices;
    private final boolean ownHead;
    private final Tensor values;
    private final Tensor gradients;

    private ParameterStore(Map<String, Slice> slices, boolean ownHead, Tensor values, Tensor gradients) {
        this.slices = slices;
        this.ownHead = ownHead;
        this.values = values;
        this.gradients = gradients;
    }

    /**
     * Where one parameter lies.
     *
     * @param index its number in the order of {@link Parameters#of}
     * @param name as in a checkpoint
     * @param shape [outputs, inputs] or [width]
     * @param offset of its first element in the flat tensors
     */
    public record Slice(int index, String name, long[] shape, long offset) {
        public long size() {
            long size = 1;
            for (long extent : shape) {
                size *= extent;
            }
            return size;
        }
    }

    /** Parameters that are all zero; with or without an output layer of their own. */
    public static ParameterStore zeros(ModelConfig config, boolean ownHead, Device device) {
        return of(config, ownHead, elements -> Tensor.zeros(DType.F32, device, elements));
    }

    /** The same without memory for its numbers: where everything would lie, and nothing to be read or written. */
    public static ParameterStore shapes(ModelConfig config, boolean ownHead) {
        return of(config, ownHead, elements -> Tensor.shapeOnly(DType.F32, elements));
    }

    private static ParameterStore of(ModelConfig config, boolean ownHead, LongFunction<Tensor> flat) {
        Map<String, Slice> slices = new LinkedHashMap<>();
        long offset = 0;
        for (TensorSpec spec : Parameters.of(config, ownHead)) {
            Slice slice = new Slice(slices.size(), spec.name(), spec.shape(), offset);
            slices.put(spec.name(), slice);
            offset += Math.ceilDiv(slice.size(), ALIGNMENT) * ALIGNMENT;
        }
        try (Scope scope = Scope.open()) {
            return new ParameterStore(
                    slices, ownHead, scope.detach(flat.apply(offset)), scope.detach(flat.apply(offset)));
        }
    }

    public List<Slice> slices() {
        return new ArrayList<>(slices.values());
    }

    public Slice slice(String name) {
        Slice slice = slices.get(name);
        if (slice == null) {
            throw new CodaException("the model has no parameter " + name);
        }
        return slice;
    }

    /** Whether the output layer is a parameter of its own, not the embedding. */
    public boolean ownHead() {
        return ownHead;
    }

    /** Name of the parameter that serves as output layer. */
    public String headName() {
        return ownHead ? Parameters.HEAD : Parameters.EMBEDDING;
    }

    /** Elements of all values, and of all gradients, with what lies between. */
    public long elements() {
        return values.numElements();
    }

    /** All values, flat. */
    public Tensor values() {
        return values;
    }

    /** All gradients, flat. */
    public Tensor gradients() {
        return gradients;
    }

    /** The parameter in its shape; a view that belongs to the current scope. */
    public Tensor value(String name) {
        return view(values, slice(name));
    }

    /** The gradient in its parameter's shape; a view that belongs to the current scope. */
    public Tensor gradient(String name) {
        return view(gradients, slice(name));
    }

    /** The L2 norm of every parameter's gradient, by name, in the order of {@link #slices}. */
    public Map<String, Double> gradientNorms() {
        Map<String, Double> norms = new LinkedHashMap<>();
        for (Slice slice : slices.values()) {
            try (Scope _ = Scope.open()) {
                norms.put(slice.name(), norm(gradient(slice.name()).toFloats()));
            }
        }
        return norms;
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static Tensor view(Tensor flat, Slice slice) {
        return flat.narrow(0, slice.offset(), slice.size()).view(slice.shape());
    }

    @Override
    public void close() {
        values.close();
        gradients.close();
    }
}
