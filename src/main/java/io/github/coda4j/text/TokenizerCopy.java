package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.WholeFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Copies of tokenizers, which appear whole. A folder that cannot be read or written is a {@link CodaException}. */
public final class TokenizerCopy {
    private static final List<String> FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "generation_config.json");

    private TokenizerCopy() {}

    /** A copy of a tokenizer; an older copy is replaced. */
    public static void plain(Path tokenizer, Path target) {
        copy(tokenizer, target, Map.of());
    }

    /** A copy that has a mask token, which the tokenizer of an autoregressive model lacks. */
    public static void withMask(Path tokenizer, Path target) {
        copy(tokenizer, target, MaskToken.addTo(tokenizer));
    }

    private static void copy(Path tokenizer, Path target, Map<String, String> changed) {
        try (WholeFolder folder = WholeFolder.create(target, "a tokenizer", FILES::contains, true)) {
            for (String name : FILES) {
                Path file = tokenizer.resolve(name);
                if (changed.containsKey(name)) {
                    AtomicFiles.writeText(folder.file(name), changed.get(name));
                } else if (Files.isRegularFile(file)) {
                    AtomicFiles.write(folder.file(name), Files.readAllBytes(file));
                }
            }
            folder.publish();
        } catch (IOException e) {
            throw new CodaException("cannot read the tokenizer of " + tokenizer + ": " + e.getMessage(), e);
        }
    }
}
