package io.github.coda4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.NamedFiles;
import io.github.coda4j.files.TextFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The small files beside the vocabulary: tokenizer_config.json, special_tokens_map.json and added_tokens.json; each may
 * be absent.
 */
final class TokenizerConfig {
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final NamedFiles files;
    private final JsonNode config;
    private final JsonNode specialTokensMap;

    TokenizerConfig(NamedFiles files) {
        this.files = files;
        this.config = objectOrEmpty("tokenizer_config.json");
        this.specialTokensMap = objectOrEmpty("special_tokens_map.json");
    }

    private JsonNode objectOrEmpty(String name) {
        return files.bytes(name)
                .map(bytes -> Json.readObject(bytes, files.source(name)))
                .orElseGet(JsonNodeFactory.instance::objectNode);
    }

    /**
     * The text of the token named for a role such as {@code mask_token}: in tokenizer_config.json, else in
     * special_tokens_map.json.
     */
    Optional<String> named(String role) {
        return content(config.path(role)).or(() -> content(specialTokensMap.path(role)));
    }

    /** The texts that either file names for a role. */
    Set<String> allNamed(String role) {
        Set<String> texts = new TreeSet<>();
        content(config.path(role)).ifPresent(texts::add);
        content(specialTokensMap.path(role)).ifPresent(texts::add);
        return texts;
    }

    /** The ids that tokenizer_config.json and added_tokens.json give an added token of that text. */
    Set<Integer> idsOf(String text) {
        Set<Integer> ids = new TreeSet<>();
        config.path("added_tokens_decoder").properties().forEach(entry -> {
            if (content(entry.getValue()).equals(Optional.of(text))) {
                ids.add(addedToken(entry.getKey(), entry.getValue(), files.source("tokenizer_config.json"))
                        .id());
            }
        });
        JsonNode listed = objectOrEmpty("added_tokens.json").path(text);
        if (listed.isInt() && listed.intValue() >= 0) {
            ids.add(listed.intValue());
        }
        return ids;
    }

    private static Optional<String> content(JsonNode node) {
        JsonNode text = node.isObject() ? node.path("content") : node;
        return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
    }

    /** The name of the tokenizer's class in the original library, if stated. */
    Optional<String> tokenizerClass() {
        return Optional.ofNullable(config.path("tokenizer_class").textValue());
    }

    /** The chat template's text, if the checkpoint brings one: chat_template.jinja before tokenizer_config.json. */
    Optional<String> chatTemplate() {
        String jinja = "chat_template.jinja";
        Optional<String> file = files.bytes(jinja).map(bytes -> TextFiles.fetched(bytes, files.source(jinja)));
        if (file.isPresent()) {
            return file;
        }
        JsonNode template = config.path("chat_template");
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                return Optional.ofNullable(named.path("template").textValue());
            }
        }
        return Optional.ofNullable(template.textValue());
    }

    /** The added tokens these files list: those of tokenizer_config.json, else those of added_tokens.json. */
    List<AddedToken> addedTokens() {
        List<AddedToken> tokens = new ArrayList<>();
        JsonNode decoder = config.path("added_tokens_decoder");
        if (config.hasNonNull("added_tokens_decoder")) {
            String where = files.source("tokenizer_config.json");
            decoder.properties().forEach(entry -> tokens.add(addedToken(entry.getKey(), entry.getValue(), where)));
            return tokens;
        }
        String file = "added_tokens.json";
        Set<String> special = specialContents();
        objectOrEmpty(file).properties().forEach(entry -> {
            JsonNode id = entry.getValue();
            if (!id.canConvertToInt() || id.intValue() < 0 || entry.getKey().isEmpty()) {
                throw CodaException.of(
                        "%s: added token '%s' has id %s; a number of 0 or more is needed",
                        files.source(file), entry.getKey(), id);
            }
            tokens.add(new AddedToken(id.intValue(), entry.getKey(), special.contains(entry.getKey())));
        });
        return tokens;
    }

    private Set<String> specialContents() {
        Set<String> contents = new HashSet<>();
        ROLES.forEach(role -> named(role).ifPresent(contents::add));
        for (JsonNode source : List.of(config, specialTokensMap)) {
            source.path("additional_special_tokens")
                    .forEach(node -> content(node).ifPresent(contents::add));
        }
        return contents;
    }

    private static AddedToken addedToken(String id, JsonNode entry, String where) {
        if (!id.matches("[0-9]{1,9}")) {
            throw CodaException.of("%s: added_tokens_decoder has the key '%s', which is not an id", where, id);
        }
        return addedToken(Integer.parseInt(id), entry, where);
    }

    /**
     * An added token as tokenizer.json and tokenizer_config.json describe it. Ways of matching that would change ids
     * are refused.
     */
    static AddedToken addedToken(int id, JsonNode entry, String where) {
        String content = entry.path("content").asText();
        if (id < 0 || content.isEmpty()) {
            throw CodaException.of("%s: added token %s needs an id of 0 or more and a content", where, entry);
        }
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            if (entry.path(flag).asBoolean()) {
                throw CodaException.of(
                        "%s: added token '%s' has %s = true, which is not supported: set it to false",
                        where, content, flag);
            }
        }
        return new AddedToken(id, content, entry.path("special").asBoolean());
    }
}
