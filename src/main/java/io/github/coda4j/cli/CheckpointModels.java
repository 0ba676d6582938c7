package io.github.coda4j.cli;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;

/** Models from their folders. */
public final class CheckpointModels implements Models {
    @Override
    public OpenModel open(Path folder, LoadOptions options, EngineOptions engine) {
        CodaModel model = CodaModel.open(folder, options, engine);
        return OpenModel.of(model, options.emulated());
    }

    @Override
    public Denoiser network(Path folder, LoadOptions options) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return Transformer.open(checkpoint, options);
        }
    }
}
