package io.github.coda4j.spark;

import io.github.coda4j.files.NamedFiles;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.ChatTemplates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tokenizer's files and its chat template's, broadcast to machines that need not see its folder; each process loads
 * it once. Of fields that Kryo can fill.
 */
final class ShippedTokenizer {
    private static final List<String> FILES = List.of(
            "tokenizer.json",
            "vocab.json",
            "merges.txt",
            "tokenizer_config.json",
            "chat_template.jinja",
            "added_tokens.json",
            "special_tokens_map.json",
            "config.json",
            "generation_config.json");

    private String folder;
    private String[] names;
    private byte[][] contents;
    private transient BpeTokenizer loaded;

    static ShippedTokenizer of(Path folder) {
        NamedFiles files = NamedFiles.of(folder);
        List<String> names = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (String name : FILES) {
            files.bytes(name).ifPresent(bytes -> {
                names.add(name);
                contents.add(bytes);
            });
        }
        ShippedTokenizer shipped = new ShippedTokenizer();
        shipped.folder = folder.toString();
        shipped.names = names.toArray(String[]::new);
        shipped.contents = contents.toArray(byte[][]::new);
        return shipped;
    }

    synchronized BpeTokenizer get() {
        if (loaded == null) {
            loaded = BpeTokenizer.load(files());
        }
        return loaded;
    }

    /** The chat template of the same checkpoint. */
    ChatTemplate template() {
        return ChatTemplates.of(files());
    }

    /** The files' bytes, by which it can be compared. */
    List<byte[]> contents() {
        return List.of(contents);
    }

    private NamedFiles files() {
        return new NamedFiles() {
            @Override
            public String source() {
                return folder;
            }

            @Override
            public String source(String name) {
                return folder + "/" + name;
            }

            @Override
            public Optional<byte[]> bytes(String name) {
                int at = List.of(names).indexOf(name);
                return at < 0 ? Optional.empty() : Optional.of(contents[at]);
            }
        };
    }
}
