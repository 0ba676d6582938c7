package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointWriter;
import io.github.coda4j.weights.ProgressListener;
import io.github.coda4j.weights.TensorDeclaration;
import io.github.coda4j.weights.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes untrained models as checkpoint folders: the same config and seed always give the same bytes. */
public final class RandomCheckpoint {
    /** Bytes of weights that are made at a time. */
    private static final long CHUNK_BYTES = 64 << 20;

    private RandomCheckpoint() {}

    /**
     * Writes the folder; it appears whole.
     *
     * @param dtype F32 or BF16
     * @param tokenizer folder whose tokenizer files are copied along
     * @param overwrite whether an existing model folder may be replaced
     * @throws io.github.coda4j.CodaException when the folder cannot be written
     */
    public static void write(
            ModelConfig config,
            long seed,
            DType dtype,
            Optional<Path> tokenizer,
            Path folder,
            ProgressListener listener,
            boolean overwrite) {
        write(config, seed, dtype, writer -> tokenizer.ifPresent(writer::copyCompanions), folder, listener, overwrite);
    }

    /**
     * Writes the folder; it appears whole.
     *
     * @param dtype F32 or BF16
     * @param companions writes the files beside the weights, such as those of a tokenizer
     * @param overwrite whether an existing model folder may be replaced
     * @throws io.github.coda4j.CodaException when the folder cannot be written
     */
    public static void write(
            ModelConfig config,
            long seed,
            DType dtype,
            Consumer<CheckpointWriter> companions,
            Path folder,
            ProgressListener listener,
            boolean overwrite) {
        check(
                dtype == DType.F32 || dtype == DType.BF16,
                "a checkpoint is written in fp32 or bf16, asked for %s",
                dtype);
        RandomWeights weights = new RandomWeights(config, seed);
        List<TensorSpec> specs = Parameters.of(config, !config.tiedHead());
        List<TensorDeclaration> declarations = specs.stream()
                .map(spec -> new TensorDeclaration(spec.name(), dtype, spec.shape()))
                .toList();
        long total = declarations.stream().mapToLong(TensorDeclaration::bytes).sum();
        long done = 0;
        try (CheckpointWriter writer = CheckpointWriter.create(
                folder, config.toFile(dtype), declarations, CheckpointWriter.DEFAULT_SHARD_BYTES, overwrite)) {
            for (TensorDeclaration tensor : declarations) {
                done = append(writer, weights, tensor, done, total, listener);
            }
            companions.accept(writer);
            writer.finish();
        }
    }

    private static long append(
            CheckpointWriter writer,
            RandomWeights weights,
            TensorDeclaration tensor,
            long before,
            long total,
            ProgressListener listener) {
        long rows = tensor.shape()[0];
        long rowBytes = tensor.bytes() / rows;
        long atOnce = Math.max(1, Math.min(rows, CHUNK_BYTES / rowBytes));
        long done = before;
        for (long first = 0; first < rows; first += atOnce) {
            long count = Math.min(atOnce, rows - first);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment bytes = arena.allocate(count * rowBytes, 64);
                weights.readRowsInParallel(tensor.name(), first, count, tensor.dtype(), bytes);
                writer.append(tensor.name(), bytes);
            }
            done += count * rowBytes;
            listener.progress(tensor.name(), done, total);
        }
        return done;
    }
}
