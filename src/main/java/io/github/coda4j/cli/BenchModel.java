package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is measured: a checkpoint, or random weights of a preset's shape made in memory. */
final class BenchModel {
    private static final String DEFAULT_PRESET = "coda-1.7b";
    private static final long SEED = 1;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Model folder, or the hub id of a model that was pulled.")
    Optional<String> model = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "Random weights of this shape instead of a model: coda-1.7b, coda-mini or coda-tiny (default: coda-1.7b).")
    Optional<String> preset = Optional.empty();

    /** The network in memory. */
    Transformer open(World world, LoadOptions options) {
        check(model.isEmpty() || preset.isEmpty(), "--model and --preset exclude each other: give one");
        if (model.isEmpty()) {
            return Transformer.random(ModelConfig.preset(preset.orElse(DEFAULT_PRESET)), SEED, options);
        }
        Path path = new ModelLocator(world).folder(model.get());
        try (CheckpointFolder folder = CheckpointFolder.open(path)) {
            return Transformer.open(folder, options);
        }
    }
}
