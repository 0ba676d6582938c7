package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The tensors of one model, read row by row in the numbers that the caller wants. Usable from several threads. */
public sealed interface WeightSource permits StoredWeights, RandomWeights {
    /**
     * The tensors of a checkpoint, which must stay readable.
     *
     * @throws io.github.coda4j.CodaException naming what is missing, too much, or of another shape or dtype than the
     *     model's
     */
    static WeightSource stored(Checkpoint checkpoint, ModelConfig config) {
        return StoredWeights.open(checkpoint, config);
    }

    /** An untrained model, the same as {@link RandomCheckpoint} writes for the seed. */
    static WeightSource random(ModelConfig config, long seed) {
        return new RandomWeights(config, seed);
    }

    /** The format that the products are quantized to; empty where they are floating numbers. */
    Optional<WeightFormat> quantized();

    /** Name of the tensor that serves as output layer: its own, or the embedding. */
    String headName();

    /** Shape of a tensor; [outputs, inputs] or [width]. */
    long[] shape(String name);

    /** A whole one-dimensional tensor as floats, for norms, biases and scales. */
    float[] floats(String name);

    /**
     * Rows [first, first + count) of a tensor in the wanted dtype.
     *
     * @param wanted F32 or BF16 for a floating tensor, what it is stored in for one that is not
     * @param target memory of exactly the rows' size
     */
    void readRows(String name, long first, long count, DType wanted, MemorySegment target);

    /**
     * A tensor as it lies in its file, read when it is touched; empty where no file holds it in that dtype. The file is
     * the one that was there when this was asked, whatever takes its place.
     *
     * @param mappings closed when nobody touches it any more
     */
    default Optional<MemorySegment> mapped(String name, DType wanted, Arena mappings) {
        return Optional.empty();
    }
}
