package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.InstructionSequences;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.MixedSequences;
import io.github.coda4j.data.PackedSequences;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.masking.HeldOutNoise;
import io.github.coda4j.masking.MaskingVocabulary;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a run reads.
 *
 * @param training the sequences to train on
 * @param heldOut those to measure, if any
 * @param vocabulary ids that rows are masked with
 */
record TrainData(SequenceSource training, Optional<SequenceSource> heldOut, MaskingVocabulary vocabulary)
        implements AutoCloseable {
    /**
     * Opens the shards and checks that they belong to the model.
     *
     * @param tokenizer folder of the tokenizer that the model has
     * @throws CodaException when shards are missing or changed, or were made for another tokenizer or vocabulary
     */
    static TrainData open(TrainConfig config, ModelConfig model, Path tokenizer, TrainingListener listener) {
        TrainConfig.Data data = config.data();
        if (data.length() > model.maxPositions()) {
            throw new IllegalArgumentException("data.length " + data.length() + " is more than the "
                    + model.maxPositions() + " positions that the model knows");
        }
        TokenShards shards = TokenShards.open(data.shards(), Split.TRAIN);
        try {
            BpeTokenizer loaded = BpeTokenizer.load(tokenizer);
            refuseOther(shards.manifest(), loaded, tokenizer, model);
            SequenceSource training = mixed(config, shards, loaded, tokenizer, model, listener);
            Optional<SequenceSource> heldOut = config.evaluation().sequences() == 0
                    ? Optional.empty()
                    : Optional.of(heldOut(config, loaded, tokenizer, model, listener));
            Manifest manifest = shards.manifest();
            MaskingVocabulary vocabulary = new MaskingVocabulary(
                    manifest.maskId(), manifest.padId(), model.alignment(), blocks(model), loaded::idOf);
            return new TrainData(training, heldOut, vocabulary);
        } catch (RuntimeException e) {
            shards.close();
            throw e;
        }
    }

    /** The rows to train on: those of the shards, with text among them where the config says so. */
    private static SequenceSource mixed(
            TrainConfig config,
            TokenShards shards,
            BpeTokenizer loaded,
            Path tokenizer,
            ModelConfig model,
            TrainingListener listener) {
        SequenceSource rows = sequences(config, shards, config.seed(), listener);
        if (config.data().text().isEmpty()) {
            return rows;
        }
        TrainConfig.Text text = config.data().text().get();
        TokenShards more = TokenShards.open(text.shards(), Split.TRAIN);
        try {
            refuseOther(more.manifest(), loaded, tokenizer, model);
            int length = config.data().length();
            return new MixedSequences(rows, PackedSequences.of(more, length, config.seed()), text.share());
        } catch (RuntimeException e) {
            more.close();
            throw e;
        }
    }

    private static OptionalInt blocks(ModelConfig model) {
        return model.kind().blocks().stream().mapToInt(BlockCausal::length).findFirst();
    }

    private static SequenceSource heldOut(
            TrainConfig config, BpeTokenizer loaded, Path tokenizer, ModelConfig model, TrainingListener listener) {
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
            SequenceSource source = sequences(config, shards, HeldOutNoise.SEED, listener);
            if (source.numSequences() < config.evaluation().sequences()) {
                listener.fewerHeldOut(
                        folder, source.numSequences(), config.evaluation().sequences());
            }
            return source;
        } catch (RuntimeException e) {
            shards.close();
            throw e;
        }
    }

    private static void refuseOther(Manifest manifest, BpeTokenizer loaded, Path tokenizer, ModelConfig model) {
        manifest.requireTokenizer(loaded, tokenizer);
        manifest.requireVocabulary(model.vocabSize(), model.maskId());
    }

    private static SequenceSource sequences(
            TrainConfig config, TokenShards shards, long seed, TrainingListener listener) {
        int length = config.data().length();
        if (config.stage() != Stage.SFT) {
            return PackedSequences.of(shards, length, seed);
        }
        InstructionSequences examples =
                InstructionSequences.of(shards, length, seed, config.data().endTokens());
        if (examples.numTooLong() > 0) {
            listener.examplesLeftOut(shards.split(), examples.numTooLong(), shards.numDocuments(), length);
        }
        return examples;
    }

    @Override
    public void close() {
        training.close();
        heldOut.ifPresent(SequenceSource::close);
    }
}
