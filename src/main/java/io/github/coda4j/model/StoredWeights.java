package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.TensorEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** The verified tensors of a checkpoint folder. */
final class StoredWeights implements WeightSource {
    private final CheckpointFolder folder;
    private final Optional<WeightFormat> quantized;

    private StoredWeights(CheckpointFolder folder, Optional<WeightFormat> quantized) {
        this.folder = folder;
        this.quantized = quantized;
    }

    /**
     * Checks that the folder holds exactly the model's tensors, and warns where a stored output layer counts that the
     * config does not expect.
     *
     * @throws CodaException naming what is missing, too much, or of another shape or dtype
     */
    static StoredWeights open(CheckpointFolder folder, ModelConfig config) {
        folder.verify(Parameters.expected(folder, config));
        TiedHead.warn(folder);
        return new StoredWeights(folder, QuantizedCheckpoint.format(folder.config()));
    }

    @Override
    public Optional<WeightFormat> quantized() {
        return quantized;
    }

    @Override
    public String headName() {
        return folder.tensors().containsKey(Parameters.HEAD) ? Parameters.HEAD : Parameters.EMBEDDING;
    }

    @Override
    public long[] shape(String name) {
        return folder.tensor(name).shape();
    }

    @Override
    public float[] floats(String name) {
        TensorEntry entry = folder.tensor(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(entry.elements() * Float.BYTES, 64);
            readRows(name, 0, entry.shape()[0], DType.F32, floats);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Override
    public void readRows(String name, long first, long count, DType wanted, MemorySegment target) {
        TensorEntry entry = folder.tensor(name);
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
            DTypeConversion.convert(raw, entry.dtype(), target, wanted);
        }
    }
}
