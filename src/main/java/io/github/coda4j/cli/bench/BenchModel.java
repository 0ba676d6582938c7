package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
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
            description = "Model folder, or the hub id of a model that was pulled (default: in decode coda-mini, "
                    + "the small model in the box; otherwise random weights of coda-1.7b).")
    Optional<String> model = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "Random weights of this shape instead of a model: coda-1.7b, coda-16m, coda-mini, "
                    + "coda-nano or coda-tiny.")
    Optional<String> preset = Optional.empty();

    /** The shape of what will be measured. */
    ModelConfig config(World world) {
        checkOne();
        if (model.isEmpty()) {
            return ModelConfig.preset(preset.orElse(DEFAULT_PRESET));
        }
        try (CheckpointFolder folder = CheckpointFolder.open(world.modelStore().folder(model.get()))) {
            return ModelConfig.of(folder);
        }
    }

    /** The parameters in memory; random ones where no model is named. */
    ParameterStore parameters(World world) {
        checkOne();
        if (model.isEmpty()) {
            return ParameterLoader.random(config(world), SEED, Device.CPU);
        }
        try (CheckpointFolder folder = CheckpointFolder.open(world.modelStore().folder(model.get()))) {
            return ParameterLoader.load(folder, Device.CPU);
        }
    }

    /** The model's folder, that of the model in the box when nothing is named; empty for random weights. */
    Optional<Path> folder(World world) {
        checkOne();
        return preset.isPresent() ? Optional.empty() : Optional.of(ModelFlag.folder(model, world));
    }

    /** What the user calls it. */
    String name() {
        return model.or(() -> preset).orElse(DEFAULT_PRESET);
    }

    private void checkOne() {
        check(model.isEmpty() || preset.isEmpty(), "--model and --preset exclude each other: give one");
    }

    /** The network in memory. */
    Transformer open(World world, LoadOptions options) {
        checkOne();
        if (model.isEmpty()) {
            return Transformer.random(ModelConfig.preset(preset.orElse(DEFAULT_PRESET)), SEED, options);
        }
        Path path = world.modelStore().folder(model.get());
        try (CheckpointFolder folder = CheckpointFolder.open(path)) {
            return Transformer.open(folder, options);
        }
    }
}
