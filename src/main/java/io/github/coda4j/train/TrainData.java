package io.github.coda4j.train;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.data.InstructionSequences;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.MixedSequences;
import io.github.coda4j.data.PackedSequences;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.masking.HeldOutNoise;
import io.github.coda4j.masking.MaskingVocabulary;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What a run reads.
 *
 * @param training the sequences to train on
 * @param heldOut those to measure, if any
 * @param vocabulary ids that rows are masked with
 */
record TrainData(SequenceSource training, Optional<SequenceSource> heldOut, MaskingVocabulary vocabulary)
        implements AutoCloseable {
    /** Shuffles text that is mixed in by another key than what it is mixed into. */
    private static final long TEXT_ORDER = -2;

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
        List<TokenShards> opened = new ArrayList<>();
        try {
            BpeTokenizer loaded = BpeTokenizer.load(tokenizer);
            TokenShards shards = open(opened, data.shards(), Split.TRAIN, loaded, tokenizer, model);
            SequenceSource training = sequences(config, shards, config.seed(), listener);
            if (data.text().isPresent()) {
                TrainConfig.Text text = data.text().get();
                TokenShards more = open(opened, text.shards(), Split.TRAIN, loaded, tokenizer, model);
                long seed = CounterRandom.key(config.seed(), TEXT_ORDER);
                training = new MixedSequences(training, PackedSequences.of(more, data.length(), seed), text.share());
            }
            Optional<SequenceSource> heldOut = Optional.empty();
            if (config.evaluation().sequences() > 0) {
                refuseWithoutHeldOut(data.heldOut());
                TokenShards measured = open(opened, data.heldOut(), Split.HELD_OUT, loaded, tokenizer, model);
                heldOut = Optional.of(heldOut(config, measured, listener));
            }
            Manifest manifest = shards.manifest();
            MaskingVocabulary vocabulary = new MaskingVocabulary(
                    manifest.maskId(), manifest.padId(), model.alignment(), blocks(model), loaded::idOf);
            return new TrainData(training, heldOut, vocabulary);
        } catch (RuntimeException e) {
            opened.forEach(TokenShards::close);
            throw e;
        }
    }

    /** Opens shards that go with the tokenizer and the model. */
    private static TokenShards open(
            List<TokenShards> opened,
            Path folder,
            Split split,
            BpeTokenizer loaded,
            Path tokenizer,
            ModelConfig model) {
        TokenShards shards = TokenShards.open(folder, split);
        opened.add(shards);
        shards.manifest().requireTokenizer(loaded, tokenizer);
        shards.manifest().requireVocabulary(model.vocabSize(), model.maskId());
        return shards;
    }

    private static OptionalInt blocks(ModelConfig model) {
        return model.kind().blocks().stream().mapToInt(BlockCausal::length).findFirst();
    }

    private static void refuseWithoutHeldOut(Path folder) {
        if (Manifest.read(folder).shards(Split.HELD_OUT).isEmpty()) {
            throw CodaException.of(
                    "%s has no held-out tokens; tokenize it with a larger --held-out, or set "
                            + "evaluation.sequences=0 to measure"
                            + " nothing",
                    folder);
        }
    }

    private static SequenceSource heldOut(TrainConfig config, TokenShards shards, TrainingListener listener) {
        SequenceSource source = sequences(config, shards, HeldOutNoise.SEED, listener);
        if (source.numSequences() < config.evaluation().sequences()) {
            listener.fewerHeldOut(
                    shards.folder(), source.numSequences(), config.evaluation().sequences());
        }
        return source;
    }

    private static SequenceSource sequences(
            TrainConfig config, TokenShards shards, long seed, TrainingListener listener) {
        int length = config.data().length();
        if (config.stage() != Stage.SFT) {
            return PackedSequences.of(shards, length, seed);
        }
        InstructionSequences examples = InstructionSequences.of(
                shards, length, seed, config.data().endTokens(), config.data().pack());
        if (examples.numTooLong() > 0) {
            listener.examplesLeftOut(shards.split(), examples.numTooLong(), shards.numDocuments(), length);
        }
        return examples;
    }

    @Override
    public void close() {
        Closing.all(Stream.concat(Stream.of(training), heldOut.stream()).toList());
    }
}
