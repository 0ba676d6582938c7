package io.github.coda4j.cli.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.InstructionSequences;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.PackedSequences;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.train.Stage;
import io.github.coda4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run reads.
 *
 * @param training the sequences to train on
 * @param heldOut those to measure, if any
 * @param manifest of the training data
 */
record TrainData(SequenceSource training, Optional<SequenceSource> heldOut, Manifest manifest)
        implements AutoCloseable {
    /** Order of the held-out rows: the same in every run, so that runs compare. */
    private static final long HELD_OUT_SEED = 0;

    /**
     * Opens the shards and checks that they belong to the model.
     *
     * @throws CodaException when shards are missing or changed, or were made for another tokenizer or vocabulary
     */
    static TrainData open(World world, TrainConfig config, ModelConfig model, Path tokenizer) {
        TrainConfig.Data data = config.data();
        if (data.length() > model.maxPositions()) {
            throw new IllegalArgumentException("data.length " + data.length() + " is more than the "
                    + model.maxPositions() + " positions that the model knows");
        }
        TokenShards shards = TokenShards.open(data.shards(), Split.TRAIN);
        try {
            BpeTokenizer loaded = BpeTokenizer.load(tokenizer);
            refuseOther(shards.manifest(), loaded, tokenizer, model);
            SequenceSource training = sequences(world, config, shards, config.seed());
            Optional<SequenceSource> heldOut = config.evaluation().sequences() == 0
                    ? Optional.empty()
                    : Optional.of(heldOut(world, config, loaded, tokenizer, model));
            return new TrainData(training, heldOut, shards.manifest());
        } catch (RuntimeException e) {
            shards.close();
            throw e;
        }
    }

    private static SequenceSource heldOut(
            World world, TrainConfig config, BpeTokenizer loaded, Path tokenizer, ModelConfig model) {
        Path folder = config.data().heldOut();
        if (Manifest.read(folder).shards(Split.HELD_OUT).isEmpty()) {
            throw CodaException.of(
                    "%s has no held-out tokens; tokenize it with a larger --held-out, or set "
                            + "evaluation.sequences=0 to measure"
                            + " nothing",
                    folder);
        }
        TokenShards shards = TokenShards.open(folder, Split.HELD_OUT);
        try {
            refuseOther(shards.manifest(), loaded, tokenizer, model);
            return sequences(world, config, shards, HELD_OUT_SEED);
        } catch (RuntimeException e) {
            shards.close();
            throw e;
        }
    }

    private static void refuseOther(Manifest manifest, BpeTokenizer loaded, Path tokenizer, ModelConfig model) {
        manifest.requireTokenizer(loaded, tokenizer);
        manifest.requireVocabulary(model.vocabSize(), model.maskId());
    }

    private static SequenceSource sequences(World world, TrainConfig config, TokenShards shards, long seed) {
        int length = config.data().length();
        if (config.stage() != Stage.SFT) {
            return PackedSequences.of(shards, length, seed);
        }
        InstructionSequences examples = InstructionSequences.of(shards, length, seed);
        if (examples.numTooLong() > 0) {
            world.note(examples.numTooLong() + " of " + shards.numDocuments() + " "
                    + shards.split().label() + " examples are longer than " + length
                    + " tokens and left out; none is cut");
        }
        return examples;
    }

    @Override
    public void close() {
        training.close();
        heldOut.ifPresent(SequenceSource::close);
    }
}
