package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.weights.CheckpointWriter;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes parameters as a model folder that every command opens. */
public final class ParameterWriter {
    /** Elements that are converted at a time. */
    private static final long CHUNK = 16 << 20;

    private ParameterWriter() {}

    /**
     * Writes the folder; it appears whole.
     *
     * @param dtype F32, which is exact, or BF16
     * @param tokenizer folder whose tokenizer files are copied along
     * @param overwrite whether an existing model folder may be replaced
     * @throws io.github.coda4j.CodaException when the folder cannot be written, for example on a full disk; nothing is
     *     left behind then
     */
    public static void write(
            ParameterStore parameters,
            ModelConfig config,
            DType dtype,
            Optional<Path> tokenizer,
            Path folder,
            boolean overwrite) {
        write(parameters, config, dtype, tokenizer, folder, overwrite, _ -> {});
    }

    /**
     * The same with more files.
     *
     * @param more writes further files into the folder that it is given, before that gets its name
     */
    public static void write(
            ParameterStore parameters,
            ModelConfig config,
            DType dtype,
            Optional<Path> tokenizer,
            Path folder,
            boolean overwrite,
            Consumer<Path> more) {
        check(dtype == DType.F32 || dtype == DType.BF16, "a model is written in fp32 or bf16, asked for %s", dtype);
        List<TensorDeclaration> declarations = parameters.slices().stream()
                .map(slice -> new TensorDeclaration(slice.name(), dtype, slice.shape()))
                .toList();
        try (CheckpointWriter writer = CheckpointWriter.create(
                folder,
                config.withTiedHead(!parameters.ownHead()).toFile(dtype),
                declarations,
                CheckpointWriter.DEFAULT_SHARD_BYTES,
                overwrite)) {
            parameters.slices().forEach(slice -> append(writer, parameters, slice, dtype));
            tokenizer.ifPresent(writer::copyCompanions);
            writer.writeWith(more);
            writer.finish();
        }
    }

    private static void append(
            CheckpointWriter writer, ParameterStore parameters, ParameterStore.Slice slice, DType dtype) {
        try (Scope _ = Scope.open()) {
            MemorySegment values =
                    parameters.value(slice.name()).to(Device.CPU).contiguous().memory();
            if (dtype == DType.F32) {
                writer.append(slice.name(), values);
                return;
            }
            for (long first = 0; first < slice.size(); first += CHUNK) {
                long count = Math.min(CHUNK, slice.size() - first);
                try (Arena arena = Arena.ofShared()) {
                    MemorySegment converted = arena.allocate(count * dtype.bytes(), 64);
                    DTypeConversion.convert(
                            values.asSlice(first * Float.BYTES, count * Float.BYTES), DType.F32, converted, dtype);
                    writer.append(slice.name(), converted);
                }
            }
        }
    }
}
