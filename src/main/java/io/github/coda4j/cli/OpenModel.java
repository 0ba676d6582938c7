package io.github.coda4j.cli;

import io.github.coda4j.Closing;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.Tokenizer;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A model that is ready to generate.
 *
 * @param maskId id of the mask token
 * @param endTokens ids that end an answer
 * @param template the checkpoint's chat template; throws when it is of another family
 * @param emulated what the processor lacks of the model's numbers and what is done instead, see
 *     {@link LoadOptions#emulated}
 * @param closing frees its memory
 */
public record OpenModel(
        Generator generator,
        Tokenizer tokenizer,
        int maskId,
        Set<Integer> endTokens,
        Supplier<ChatTemplate> template,
        Optional<String> emulated,
        Runnable closing)
        implements AutoCloseable {
    public OpenModel {
        Closing once = new Closing();
        Runnable free = closing;
        closing = () -> once.once(free);
    }

    static OpenModel of(CodaModel model, Optional<String> emulated) {
        return new OpenModel(
                model,
                model.tokenizer(),
                model.info().maskId(),
                model.endTokens(),
                model::chatTemplate,
                emulated,
                model::close);
    }

    @Override
    public void close() {
        closing.run();
    }
}
