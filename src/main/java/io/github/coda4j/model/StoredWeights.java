package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** The verified tensors of a checkpoint. */
final class StoredWeights implements WeightSource {
    private final Checkpoint checkpoint;
    private final Optional<WeightFormat> quantized;

    private StoredWeights(Checkpoint checkpoint, Optional<WeightFormat> quantized) {
        this.checkpoint = checkpoint;
        this.quantized = quantized;
    }

    /**
     * Checks that it holds exactly the model's tensors, and warns where a stored output layer counts that the config
     * does not expect.
     *
     * @throws CodaException naming what is missing, too much, or of another shape or dtype
     */
    static StoredWeights open(Checkpoint checkpoint, ModelConfig config) {
        Checkpoint own = FamilyCheckpoint.of(checkpoint);
        own.verify(Parameters.expected(own, config));
        TiedHead.warn(own);
        return new StoredWeights(own, QuantizedCheckpoint.format(own.config()));
    }

    @Override
    public Optional<WeightFormat> quantized() {
        return quantized;
    }

    @Override
    public String headName() {
        return checkpoint.tensors().containsKey(Parameters.HEAD) ? Parameters.HEAD : Parameters.EMBEDDING;
    }

    @Override
    public long[] shape(String name) {
        return checkpoint.tensor(name).shape();
    }

    @Override
    public float[] floats(String name) {
        StoredTensor entry = checkpoint.tensor(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(entry.elements() * Float.BYTES, 64);
            readRows(name, 0, entry.shape()[0], DType.F32, floats);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Override
    public Optional<MemorySegment> mapped(String name, DType wanted, Arena mappings) {
        return checkpoint.tensor(name).dtype() == wanted
                ? checkpoint.part(name).map(part -> part.map(mappings))
                : Optional.empty();
    }

    @Override
    public void readRows(String name, long first, long count, DType wanted, MemorySegment target) {
        StoredTensor entry = checkpoint.tensor(name);
        long rowElements = entry.elements() / entry.shape()[0];
        long elements = count * rowElements;
        long from = first * rowElements * entry.dtype().bytes();
        if (entry.dtype() == wanted) {
            checkpoint.read(entry.name(), from, target);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate(elements * entry.dtype().bytes(), 64);
            checkpoint.read(entry.name(), from, raw);
            DTypeConversion.convert(raw, entry.dtype(), target, wanted);
        }
    }
}
