package io.github.coda4j.text;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gives the tokenizer of an autoregressive model the mask token that a diffusion model needs. */
public final class MaskToken {
    /** Its text, as CoDA has it. */
    public static final String CONTENT = "<|mask|>";

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
