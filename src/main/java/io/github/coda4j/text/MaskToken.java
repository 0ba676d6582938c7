package io.github.coda4j.text;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.NamedFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds the mask token of a tokenizer, and gives that of an autoregressive model the one that it lacks. */
public final class MaskToken {
    /** Its text, as CoDA has it. */
    public static final String CONTENT = "<|mask|>";

    /** What families call it whose files give no token the role of the mask. */
    public static final List<String> KNOWN = List.of(CONTENT, "<|MASK|>", "<M>", "|<MASK>|");

    private static final String TOKENIZER = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String SPECIAL = "special_tokens_map.json";
    private static final String ROLE = "mask_token";

    private MaskToken() {}

    /**
     * The files of the tokenizer in a folder that change when it gets a mask token behind its last id: for Qwen3's that
     * is 151669, as CoDA has it. A token of that text that is there already becomes the mask.
     *
     * @return the new text of each file by its name; empty when the tokenizer has a mask token
     * @throws CodaException when the folder has no tokenizer.json, or none that can be used
     */
    public static Map<String, String> addTo(Path folder) {
        BpeTokenizer tokenizer = BpeTokenizer.load(folder);
        if (tokenizer.specialTokens().mask().isPresent()) {
            return Map.of();
        }
        if (!Files.exists(folder.resolve(TOKENIZER))) {
            throw CodaException.of(
                    "%s has no %s to add a mask token to; save the tokenizer in that form first", folder, TOKENIZER);
        }
        boolean known = tokenizer.idOf(CONTENT).isPresent();
        int id = tokenizer.vocabSize();
        Map<String, String> files = new LinkedHashMap<>();
        if (!known) {
            ObjectNode file = Json.readObject(folder.resolve(TOKENIZER));
            file.withArray("added_tokens").add(entry(file).put("id", id));
            files.put(TOKENIZER, Json.compact(file));
        }
        ObjectNode config = Files.exists(folder.resolve(CONFIG))
                ? Json.readObject(folder.resolve(CONFIG))
                : JsonNodeFactory.instance.objectNode();
        config.put(ROLE, CONTENT);
        if (!known && config.has("added_tokens_decoder")) {
            ((ObjectNode) config.get("added_tokens_decoder")).set(String.valueOf(id), entry(config));
        }
        files.put(CONFIG, Json.pretty(config));
        if (Files.exists(folder.resolve(SPECIAL))) {
            ObjectNode special = Json.readObject(folder.resolve(SPECIAL));
            files.put(SPECIAL, Json.pretty(special.put(ROLE, CONTENT)));
        }
        return files;
    }

    /**
     * The id of the mask token that the files of a tokenizer name: the one that has that role, otherwise the one among
     * the added tokens that is called what the known families call it; empty where there is neither.
     *
     * @throws CodaException when they name two, or one that has no id
     */
    public static OptionalInt find(NamedFiles files) {
        TokenizerConfig config = new TokenizerConfig(files);
        Set<String> named = config.allNamed(ROLE);
        Set<String> texts = named.isEmpty() ? new TreeSet<>(KNOWN) : named;
        Map<String, Set<Integer>> ids = new TreeMap<>();
        for (String text : texts) {
            Set<Integer> found = config.idsOf(text);
            if (found.isEmpty() && !named.isEmpty()) {
                found = idsInTokenizer(files, text);
            }
            if (!found.isEmpty()) {
                ids.put(text, found);
            }
        }
        if (ids.isEmpty() && named.isEmpty()) {
            KNOWN.forEach(text -> {
                Set<Integer> found = idsInTokenizer(files, text);
                if (!found.isEmpty()) {
                    ids.put(text, found);
                }
            });
        }
        if (!named.isEmpty() && ids.isEmpty()) {
            throw CodaException.of(
                    "the tokenizer files in %s name the mask token '%s', which no list of added tokens has",
                    files.source(), String.join("' and '", named));
        }
        Set<Integer> all = new TreeSet<>();
        ids.values().forEach(all::addAll);
        if (all.size() > 1) {
            throw CodaException.of(
                    "the tokenizer files in %s name more than one mask token: %s; leave the one that the model was"
                            + " trained with, or say it as mask_token_id in config.json",
                    files.source(), ids);
        }
        return all.stream().mapToInt(Integer::intValue).findFirst();
    }

    private static Set<Integer> idsInTokenizer(NamedFiles files, String text) {
        Set<Integer> ids = new TreeSet<>();
        files.bytes(TOKENIZER)
                .ifPresent(bytes -> Json.readObject(bytes, files.source(TOKENIZER))
                        .path("added_tokens")
                        .forEach(token -> {
                            if (token.path("content").asText().equals(text)
                                    && token.path("id").isInt()) {
                                ids.add(token.path("id").intValue());
                            }
                        }));
        return ids;
    }

    private static ObjectNode entry(ObjectNode maker) {
        return maker.objectNode()
                .put("content", CONTENT)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}
