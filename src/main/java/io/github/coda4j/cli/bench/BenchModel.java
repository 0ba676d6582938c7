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
import java.util.Map;
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
                    + "coda-nano, coda-tiny, qwen3-0.6b, qwen2.5-0.5b, dream-7b, sdar-1.7b, fast-dllm-v2-1.5b, "
                    + "llada-8b or stable-diffcoder-8b.")
    Optional<String> preset = Optional.empty();

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Only so many layers of the preset's shape, where the whole does not fit (default: all).")
    Optional<Integer> layers = Optional.empty();

    @Option(
            names = "--attention-block",
            paramLabel = "N",
            description = "Length of the blocks of block-causal attention (default: what the model or preset says).")
    Optional<Integer> attentionBlock = Optional.empty();

    /** The same of another preset. */
    BenchModel ofPreset(String name) {
        BenchModel other = new BenchModel();
        other.preset = Optional.of(name);
        other.layers = layers;
        return other;
    }

    /** The shape of what will be measured. */
    ModelConfig config(World world) {
        checkOne();
        if (model.isEmpty()) {
            return shape();
        }
        try (CheckpointFolder folder = CheckpointFolder.open(world.modelStore().folder(model.get()))) {
            return ModelConfig.of(folder, told());
        }
    }

    /** What the flags say of a model beside its files, see {@link LoadOptions#told}. */
    Map<String, Integer> told() {
        return attentionBlock
                .map(length -> Map.of(LoadOptions.ATTENTION_BLOCK, length))
                .orElse(Map.of());
    }

    private ModelConfig shape() {
        ModelConfig whole = ModelConfig.preset(preset.orElse(DEFAULT_PRESET));
        ModelConfig shape = layers.map(whole::withLayers).orElse(whole);
        return attentionBlock
                .map(length -> shape.withKind(shape.kind().withBlocks(length)))
                .orElse(shape);
    }

    /** The parameters in memory; random ones where no model is named. */
    ParameterStore parameters(World world, Device device) {
        checkOne();
        if (model.isEmpty()) {
            return ParameterLoader.random(config(world), SEED, device);
        }
        try (CheckpointFolder folder = CheckpointFolder.open(world.modelStore().folder(model.get()))) {
            return ParameterLoader.load(folder, device);
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
        check(model.isEmpty() || layers.isEmpty(), "--layers shortens a preset: leave it out with --model");
    }

    /** The network in memory. */
    Transformer open(World world, LoadOptions options) {
        checkOne();
        if (model.isEmpty()) {
            return Transformer.random(shape(), SEED, options);
        }
        Path path = world.modelStore().folder(model.get());
        try (CheckpointFolder folder = CheckpointFolder.open(path)) {
            return Transformer.open(folder, options.withTold(told()));
        }
    }
}
