package io.github.coda4j.cli;

import io.github.coda4j.CodaException;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.MaskToken;
import io.github.coda4j.train.RunFolder;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run trains.
 *
 * @param tokenizer folder of the model's tokenizer
 */
record TrainModel(ModelConfig config, ParameterStore parameters, Path tokenizer) {
    /**
     * Loads the parameters of a checkpoint of the run, or makes those that the run starts with.
     *
     * @throws CodaException when a folder cannot be used
     */
    static TrainModel open(World world, TrainConfig config, RunFolder run, Optional<Path> checkpoint) {
        Device device = config.compute().device();
        if (checkpoint.isPresent()) {
            return stored(checkpoint.get(), checkpoint.get(), device);
        }
        return switch (config.model()) {
            case TrainConfig.Start.Random start -> {
                ModelConfig fitted = VocabularyFit.of(world, start.preset(), BpeTokenizer.load(start.tokenizer()));
                yield new TrainModel(fitted, ParameterLoader.random(fitted, config.seed(), device), start.tokenizer());
            }
            case TrainConfig.Start.Checkpoint start -> stored(start.folder(), start.tokenizer(), device);
            case TrainConfig.Start.Autoregressive start -> autoregressive(start, run, device);
        };
    }

    private static TrainModel stored(Path folder, Path tokenizer, Device device) {
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            ModelConfig config = ModelConfig.read(stored.config());
            return new TrainModel(config, ParameterLoader.load(stored, config, device), tokenizer);
        }
    }

    private static TrainModel autoregressive(TrainConfig.Start.Autoregressive start, RunFolder run, Device device) {
        Path tokenizer = start.tokenizer();
        if (!MaskToken.addTo(tokenizer).isEmpty()) {
            TokenizerCopy.withMask(tokenizer, run.tokenizer());
            tokenizer = run.tokenizer();
        }
        BpeTokenizer loaded = BpeTokenizer.load(tokenizer);
        try (CheckpointFolder stored = CheckpointFolder.open(start.folder())) {
            ModelConfig config = ParameterLoader.autoregressiveConfig(
                    stored.config(),
                    loaded.specialTokens().requireMask(),
                    loaded.specialTokens().pad());
            return new TrainModel(config, ParameterLoader.autoregressive(stored, config, device), tokenizer);
        }
    }
}
