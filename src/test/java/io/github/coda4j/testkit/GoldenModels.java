package io.github.coda4j.testkit;

import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.weights.CheckpointFolder;

/** The golden checkpoints in a real transformer on the CPU. */
public final class GoldenModels {
    private GoldenModels() {}

    /** Opens a golden model, for example {@code "a-untied"}. */
    public static Transformer open(String model, EngineKind engine, WeightFormat precision, int threads) {
        try (CheckpointFolder folder = CheckpointFolder.open(Goldens.path("model/" + model))) {
            return Transformer.open(folder, new LoadOptions(engine, precision, Device.CPU, threads));
        }
    }
}
