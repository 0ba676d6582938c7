package io.github.coda4j.model.training;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.weights.SafetensorsWriter;
import io.github.coda4j.weights.TensorDeclaration;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** A safetensors file with one F32 tensor per parameter: its values or its gradients, for comparison. */
public final class ParameterFile {
    private ParameterFile() {}

    /**
     * Writes the values of all parameters; an older file is replaced.
     *
     * @throws io.github.coda4j.CodaException when the file cannot be written
     */
    public static void writeValues(Path file, ParameterStore parameters) {
        write(file, parameters, parameters::value);
    }

    /**
     * Writes the gradients of all parameters; an older file is replaced.
     *
     * @throws io.github.coda4j.CodaException when the file cannot be written
     */
    public static void writeGradients(Path file, ParameterStore parameters) {
        write(file, parameters, parameters::gradient);
    }

    private static void write(Path file, ParameterStore parameters, Function<String, Tensor> tensor) {
        List<TensorDeclaration> declarations = parameters.slices().stream()
                .map(slice -> new TensorDeclaration(slice.name(), DType.F32, slice.shape()))
                .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, declarations, SafetensorsWriter.PYTORCH_METADATA, true)) {
            for (ParameterStore.Slice slice : parameters.slices()) {
                try (Scope _ = Scope.open()) {
                    writer.append(
                            slice.name(),
                            tensor.apply(slice.name())
                                    .to(Device.CPU)
                                    .contiguous()
                                    .memory());
                }
            }
            writer.finish();
        }
    }
}
