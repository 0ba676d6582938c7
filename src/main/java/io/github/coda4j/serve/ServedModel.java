package io.github.coda4j.serve;

import static java.util.Objects.requireNonNull;

import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.Tokenizer;
import java.util.Optional;
import java.util.Set;

/**
 * The model that is served.
 *
 * @param name what clients call it
 * @param maskId id of the mask token
 * @param endTokens ids that end an answer
 * @param template of its chats; empty when its checkpoint was trained on chats of another family
 * @param maxPositions the longest sequence that it takes
 * @param defaults what counts where a request says nothing
 * @param lengths how lengths of holes are found
 * @param created when its files were made, in seconds since 1970
 * @param fingerprint of the build and the weights
 * @param parameters numbers in its weights
 */
public record ServedModel(
        String name,
        Generator generator,
        Tokenizer tokenizer,
        int maskId,
        Set<Integer> endTokens,
        Optional<ChatTemplate> template,
        int maxPositions,
        DecodeDefaults defaults,
        LengthOptions lengths,
        long created,
        String fingerprint,
        long parameters) {
    public ServedModel {
        requireNonNull(name, "name is null");
        requireNonNull(generator, "generator is null");
        requireNonNull(tokenizer, "tokenizer is null");
        endTokens = Set.copyOf(endTokens);
        requireNonNull(template, "template is null");
        requireNonNull(defaults, "defaults is null");
        requireNonNull(lengths, "lengths is null");
    }
}
