package io.github.coda4j.model;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * What counts when config.json ties the output layer to the embedding and the weights hold an output layer all the
 * same: the stored one. Writers leave a copy of the embedding there, or the config was taken from another model.
 */
public final class TiedHead {
    private static final long PIECE_BYTES = 16L << 20;

    private TiedHead() {}

    /** Says, on one line of the log, what {@link #conflict} says, if anything. */
    public static void warn(Checkpoint checkpoint) {
        conflict(checkpoint).ifPresent(LoggerFactory.getLogger(TiedHead.class)::warn);
    }

    /** Which output layer is used, where the config and the weights of a floating checkpoint disagree about it. */
    public static Optional<String> conflict(Checkpoint stored) {
        Checkpoint checkpoint = FamilyCheckpoint.of(stored);
        boolean tied =
                checkpoint.config().optionalBoolean("tie_word_embeddings").orElse(false);
        StoredTensor head = checkpoint.tensors().get(Parameters.HEAD);
        StoredTensor embedding = checkpoint.tensors().get(Parameters.EMBEDDING);
        if (!tied
                || head == null
                || embedding == null
                || QuantizedCheckpoint.format(checkpoint.config()).isPresent()) {
            return Optional.empty();
        }
        return equal(checkpoint, head, embedding)
                ? Optional.empty()
                : Optional.of(checkpoint.source() + ": config.json says tie_word_embeddings, but " + head.name()
                        + " is stored and differs from " + embedding.name() + ": the stored one is used");
    }

    private static boolean equal(Checkpoint checkpoint, StoredTensor a, StoredTensor b) {
        if (!Arrays.equals(a.shape(), b.shape())) {
            return false;
        }
        long atATime = PIECE_BYTES / Float.BYTES;
        for (long first = 0; first < a.elements(); first += atATime) {
            long count = Math.min(atATime, a.elements() - first);
            try (Arena arena = Arena.ofConfined()) {
                if (floats(checkpoint, a, first, count, arena).mismatch(floats(checkpoint, b, first, count, arena))
                        >= 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static MemorySegment floats(Checkpoint checkpoint, StoredTensor entry, long first, long count, Arena to) {
        MemorySegment stored = to.allocate(count * entry.dtype().bytes(), 64);
        checkpoint.read(entry.name(), first * entry.dtype().bytes(), stored);
        if (entry.dtype() == DType.F32) {
            return stored;
        }
        MemorySegment floats = to.allocate(count * Float.BYTES, 64);
        DTypeConversion.convert(stored, entry.dtype(), floats, DType.F32);
        return floats;
    }
}
