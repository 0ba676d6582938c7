package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.TensorEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The verified tensors of a checkpoint, read row by row in the numbers that the caller wants. Usable from several threads. */
final class WeightSource {
    private final CheckpointFolder folder;
    private final boolean int8;

    private WeightSource(CheckpointFolder folder, boolean int8) {
        this.folder = folder;
        this.int8 = int8;
    }

    /**
     * Checks that the folder holds exactly the model's tensors.
     *
     * @throws CodaException naming what is missing, too much, or of another shape or dtype
     */
    static WeightSource open(CheckpointFolder folder, ModelConfig config) {
        boolean int8 = folder.config().optionalObject("quantization_config").isPresent();
        if (int8) {
            folder.verify(Parameters.ofInt8(config));
            return new WeightSource(folder, true);
        }
        boolean mayTie = folder.config().optionalBoolean("tie_word_embeddings").orElse(true);
        boolean ownHead = folder.tensors().containsKey(Parameters.HEAD) || !mayTie;
        folder.verify(Parameters.of(config, ownHead));
        return new WeightSource(folder, false);
    }

    /** Whether the products are stored as int8 with scales. */
    boolean isInt8() {
        return int8;
    }

    /** Name of the tensor that serves as output layer: its own, or the embedding. */
    String headName() {
        return folder.tensors().containsKey(Parameters.HEAD) ? Parameters.HEAD : Parameters.EMBEDDING;
    }

    TensorEntry entry(String name) {
        return folder.tensor(name);
    }

    /** A whole tensor as floats, for norms, biases and scales. */
    float[] floats(String name) {
        TensorEntry entry = folder.tensor(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(entry.elements() * Float.BYTES, 64);
            readRows(entry, 0, entry.shape()[0], DType.F32, floats);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    /**
     * Rows [first, first + count) of a tensor in the wanted dtype.
     *
     * @param wanted F32 or BF16 for a floating tensor, I8 for an int8 one
     * @param target memory of exactly the rows' size
     */
    void readRows(TensorEntry entry, long first, long count, DType wanted, MemorySegment target) {
        long rowElements = entry.elements() / entry.shape()[0];
        long elements = count * rowElements;
        long from = first * rowElements * entry.dtype().bytes();
        if (entry.dtype() == wanted) {
            folder.read(entry, from, target);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate(elements * entry.dtype().bytes(), 64);
            folder.read(entry, from, raw);
            Conversions.convert(raw, entry.dtype(), target, wanted, elements);
        }
    }

    /** The mapped bytes of a tensor: resident only where touched. */
    MemorySegment mapped(TensorEntry entry) {
        return folder.data(entry);
    }
}
