package io.github.coda4j.train.memory;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.ParameterShards;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A training run by its shapes.
 *
 * @param config the model; its head counts as one of its own unless it is tied
 * @param rows that one device takes in a forward and backward, at least 1
 * @param length positions per row, at most the model's
 * @param optimizer empty where nothing is updated
 * @param devices that train together, at least 1
 */
public record PlannedRun(
        ModelConfig config,
        int rows,
        int length,
        PassOptions pass,
        Optional<OptimizerSettings> optimizer,
        int devices) {
    // M packed tokens of a device, D hidden, N query heads, K key/value heads, H head dimension, F MLP width,
    // V vocabulary

    public PlannedRun {
        check(rows >= 1, "rows must be at least 1, got %d", rows);
        check(
                length >= 2 && length <= config.maxPositions(),
                "length must be in [2, %d], the positions that the model knows, got %d",
                config.maxPositions(),
                length);
        check(devices >= 1, "devices must be at least 1, got %d", devices);
        check(
                (long) rows * length * config.kind().trainedCopies() <= Integer.MAX_VALUE,
                "%d rows of %d positions are more than %d tokens",
                rows,
                length,
                Integer.MAX_VALUE);
    }

    /** The same run with another number of rows. */
    public PlannedRun withRows(int newRows) {
        return new PlannedRun(config, newRows, length, pass, optimizer, devices);
    }

    /** @throws IllegalArgumentException when the model is block-causal, which is planned on the CPU alone */
    void requireWholeSequences(String device) {
        check(
                config.kind().blocks().isEmpty(),
                "the memory of %s is not known for a model with block-causal attention, whose rows are run twice; ask"
                        + " for the cpu",
                device);
    }

    /** M. */
    long tokens() {
        return (long) rows * length * config.kind().trainedCopies();
    }

    DType products() {
        return pass.dtype();
    }

    /** Of a number in a product. */
    int productBytes() {
        return products().bytes();
    }

    /** N H. */
    long queryWidth() {
        return (long) config.heads() * config.headDim();
    }

    /** Numbers in the products of one layer. */
    long layerWeights() {
        return (config.qkvWidth() + queryWidth() + 3L * config.intermediate()) * config.hidden();
    }

    /** V D. */
    long tableElements() {
        return (long) config.vocabSize() * config.hidden();
    }

    /** Values, and as many gradients, in 32 bits, as they lie in a {@link ParameterStore}. */
    long parameterBytes() {
        try (ParameterStore shapes = ParameterStore.shapes(config, !config.tiedHead())) {
            return Float.BYTES * shapes.elements();
        }
    }

    /** What the optimizers of all devices remember together. */
    long stateBytes() {
        return optimizer.map(settings -> Float.BYTES * stateElements(settings)).orElse(0L);
    }

    private long stateElements(OptimizerSettings settings) {
        try (ParameterStore shapes = ParameterStore.shapes(config, !config.tiedHead())) {
            return settings.stateElements(shapes);
        }
    }

    /** What the device remembers that has the largest share, where each updates its own parameters. */
    long shardedStateBytes() {
        return optimizer.map(settings -> Float.BYTES * largestShare(settings)).orElse(0L);
    }

    private long largestShare(OptimizerSettings settings) {
        try (ParameterStore shapes = ParameterStore.shapes(config, !config.tiedHead())) {
            ParameterShards shards = settings.shards(shapes, devices);
            var tensors = settings.state(shapes, shards);
            return IntStream.range(0, devices)
                    .mapToLong(rank -> tensors.stream()
                            .mapToLong(tensor -> tensor.size(rank))
                            .sum())
                    .max()
                    .orElseThrow();
        }
    }
}
