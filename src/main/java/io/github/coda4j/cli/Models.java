package io.github.coda4j.cli;

import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.plan.Denoiser;
import java.nio.file.Path;

/** Opens checkpoint folders. Commands get it from their {@link World}; tests put scripted models in its place. */
public interface Models {
    /** Network, tokenizer and an engine with these bounds, for text. */
    OpenModel open(Path folder, LoadOptions options, EngineOptions engine);

    /** The network alone, for ids: the folder needs no tokenizer. */
    Denoiser network(Path folder, LoadOptions options);
}
