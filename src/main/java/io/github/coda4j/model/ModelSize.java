package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.TensorSpec;
import java.util.stream.LongStream;

/**
 * How large a model is, by its shape alone.
 *
 * @param parameters numbers in it; a tied head counts once, also where a copy of it is stored
 */
public record ModelSize(ModelConfig config, long parameters) {
    /**
     * The size of a checkpoint's model; config and tensors are checked against each other, nothing is loaded.
     *
     * @throws io.github.coda4j.CodaException when they are not those of one model
     */
    public static ModelSize of(Checkpoint checkpoint) {
        Checkpoint own = FamilyCheckpoint.of(checkpoint);
        ModelConfig config = ModelConfig.of(own);
        own.verify(Parameters.expected(own, config));
        boolean ownHead = own.tensors().containsKey(Parameters.HEAD)
                && (!config.tiedHead() || TiedHead.conflict(own).isPresent());
        long parameters = Parameters.of(config, ownHead).stream()
                .mapToLong(ModelSize::elements)
                .sum();
        return new ModelSize(config, parameters);
    }

    /**
     * Bytes of the weights in the fast engine: products packed, the output layer always by itself, norms in 32 bits.
     */
    public long weightBytes(WeightFormat format) {
        long bytes = 0;
        for (TensorSpec spec : Parameters.of(config, true)) {
            if (spec.name().equals(Parameters.HEAD)) {
                bytes += format.headBytes(spec.shape()[0], spec.shape()[1]);
            } else if (Parameters.isProduct(spec.name())) {
                bytes += format.productBytes(spec.shape()[0], spec.shape()[1]);
            } else if (spec.name().equals(Parameters.EMBEDDING)) {
                bytes += format.embeddingBytes(spec.shape()[0], spec.shape()[1]);
            } else {
                bytes += elements(spec) * DType.F32.bytes();
            }
        }
        return bytes;
    }

    /** Bytes that a cache of keys and values adds for a token, in bf16. */
    public long cacheBytesPerToken() {
        return 2L * config.layers() * config.kvHeads() * config.headDim() * DType.BF16.bytes();
    }

    private static long elements(TensorSpec spec) {
        return LongStream.of(spec.shape()).reduce(1, (a, b) -> a * b);
    }
}
