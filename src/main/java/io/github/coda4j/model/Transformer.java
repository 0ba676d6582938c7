package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.weights.Checkpoint;
import java.util.Optional;

/**
 * The CoDA network over the weights of one checkpoint. Used by one thread at a time; owns its native memory until
 * closed. A close while a forward runs waits for it; a forward after it throws {@link IllegalStateException}.
 */
public sealed interface Transformer extends Denoiser permits PlainTransformer, FastTransformer {
    ModelConfig config();

    /**
     * The raw output of a run of tokens, not shifted: row i is what the model says at position start + i.
     *
     * @param start position of the first id
     * @param cache what to store or reuse
     * @return [ids.length, vocabSize], row by row
     */
    float[] logits(int[] ids, int start, CacheAccess cache);

    /** The raw output of one whole sequence, not shifted: [ids.length, vocabSize], row by row. */
    default float[] logits(int[] ids) {
        return logits(ids, 0, CacheAccess.NONE);
    }

    @Override
    default int maskId() {
        return config().maskId();
    }

    @Override
    default Alignment alignment() {
        return config().alignment();
    }

    /** The raw output of one whole sequence in block-causal attention: [ids.length, vocabSize], row by row. */
    default float[] logits(int[] ids, BlockGrid grid) {
        try (KvCache cache = newCache(ids.length)) {
            return logits(ids, 0, new CacheAccess.Append(cache, grid));
        }
    }

    @Override
    default Optional<BlockCausal> blocks() {
        return config().kind().blocks();
    }

    @Override
    default int vocabSize() {
        return config().vocabSize();
    }

    @Override
    default int maxPositions() {
        return config().maxPositions();
    }

    /**
     * Loads a checkpoint, from whatever container; nothing of it is read afterwards but the rows of an embedding that a
     * format leaves in its file (4 bits).
     *
     * @throws CodaException naming the tensor or key when config and weights do not make a CoDA model
     */
    static Transformer open(Checkpoint checkpoint, LoadOptions options) {
        try (Preparation preparation = Preparation.begin(options)) {
            return open(checkpoint, options, preparation);
        }
    }

    /** The same after a preparation that was begun with the same options, which it awaits. */
    static Transformer open(Checkpoint checkpoint, LoadOptions options, Preparation preparation) {
        Checkpoint own = FamilyCheckpoint.of(checkpoint, options.told());
        ModelConfig config = ModelConfig.of(own);
        Transformer loaded = load(config, StoredWeights.open(own, config), options);
        preparation.await();
        return loaded;
    }

    /** A model with random weights that are made in memory, for measurements. */
    static Transformer random(ModelConfig config, long seed, LoadOptions options) {
        try (Preparation preparation = Preparation.begin(options)) {
            Transformer loaded = load(config, new RandomWeights(config, seed), options);
            preparation.await();
            return loaded;
        }
    }

    private static Transformer load(ModelConfig config, WeightSource weights, LoadOptions options) {
        Transformer loaded = switch (options.engine()) {
            case PLAIN -> PlainTransformer.load(config, weights, options);
            case FAST -> FastTransformer.load(config, weights, options);
        };
        Libtorch.trimMemory();
        return loaded;
    }
}
