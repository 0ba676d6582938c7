package io.github.coda4j.train;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.VocabularyFit;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.TokenizerCopy;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run trains.
 *
 * @param tokenizer the run's copy of the model's tokenizer
 */
record TrainModel(ModelConfig config, ParameterStore parameters, Path tokenizer) {
    /**
     * Copies the tokenizer to the run's folder, so that checkpoints have it whatever becomes of the folder that it is
     * from.
     *
     * @throws io.github.coda4j.CodaException when it cannot be read or written
     */
    static void keepTokenizer(TrainConfig config, RunFolder run, Optional<Path> checkpoint) {
        if (checkpoint.isEmpty()) {
            RunStart.require(config);
            TokenizerCopy.withMask(config.model().tokenizer(), run.tokenizer());
        } else if (!Files.exists(run.tokenizer())) {
            TokenizerCopy.plain(checkpoint.get(), run.tokenizer());
        }
    }

    /**
     * Loads the parameters of a checkpoint of the run, or makes those that the run starts with. The run must have its
     * tokenizer.
     *
     * @param device where the parameters go
     * @throws io.github.coda4j.CodaException when a folder cannot be used
     */
    static TrainModel open(
            TrainConfig config, Device device, RunFolder run, Optional<Path> checkpoint, TrainingListener listener) {
        Path own = run.tokenizer();
        if (checkpoint.isPresent()) {
            return stored(checkpoint.get(), own, device);
        }
        return switch (config.model()) {
            case TrainConfig.Start.Random start -> {
                VocabularyFit fit = VocabularyFit.of(start.preset(), BpeTokenizer.load(own));
                listener.vocabulary(fit);
                ModelConfig fitted = fit.config();
                yield new TrainModel(fitted, ParameterLoader.random(fitted, config.seed(), device), own);
            }
            case TrainConfig.Start.Checkpoint start -> stored(start.folder(), own, device);
            case TrainConfig.Start.Autoregressive start -> autoregressive(start.folder(), own, device);
        };
    }

    private static TrainModel stored(Path folder, Path tokenizer, Device device) {
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            ModelConfig config = ModelConfig.of(stored);
            return new TrainModel(config, ParameterLoader.load(stored, config, device), tokenizer);
        }
    }

    private static TrainModel autoregressive(Path folder, Path tokenizer, Device device) {
        SpecialTokens special = BpeTokenizer.load(tokenizer).specialTokens();
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            ModelConfig config =
                    ParameterLoader.autoregressiveConfig(stored.config(), special.requireMask(), special.pad());
            return new TrainModel(config, ParameterLoader.autoregressive(stored, config, device), tokenizer);
        }
    }
}
