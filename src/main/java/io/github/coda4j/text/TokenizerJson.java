package io.github.coda4j.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a tokenizer.json of the byte-level BPE kind, the two large members as a stream. Whatever would make encoding
 * differ from what {@link BpeTokenizer} does is refused by name. Read over: "truncation" and "padding" (ours to decide
 * per call), "unk_token", "fuse_unk" (every byte has a token) and "ignore_merges" (without effect where ranks follow
 * ids, which is checked).
 */
final class TokenizerJson {
    private static final Set<String> TOP_LEVEL = Set.of(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model");
    private static final Set<String> MODEL_READ_OVER = Set.of("unk_token", "fuse_unk", "ignore_merges");

    private final String where;
    private final Map<String, JsonNode> small = new HashMap<>();
    private final Map<String, Integer> vocabulary = new HashMap<>(1 << 18);
    private final List<String> merges = new ArrayList<>(1 << 17);

    private TokenizerJson(String where) {
        this.where = where;
    }

    static BpeSource read(byte[] file, String where) {
        return Json.stream(file, where, new TokenizerJson(where)::source);
    }

    /** The entries of a vocab.json. */
    static Map<String, Integer> readVocabulary(byte[] file, String where) {
        return Json.stream(file, where, parser -> {
            TokenizerJson reader = new TokenizerJson(where);
            parser.nextToken();
            reader.readVocabulary(parser);
            return reader.vocabulary;
        });
    }

    private BpeSource source(JsonParser parser) throws IOException {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "the file");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!TOP_LEVEL.contains(name)) {
                throw CodaException.of("%s: unknown key '%s'", where, name);
            }
            parser.nextToken();
            JsonNode value = NullNode.instance;
            if (name.equals("model")) {
                readModel(parser);
            } else {
                value = Json.tree(parser);
            }
            refuseTwice(name, small.put(name, value));
        }
        if (vocabulary.isEmpty()) {
            throw CodaException.of("%s: the model has no vocabulary", where);
        }
        requireByteLevel("decoder", false);
        requireByteLevel("post_processor", true);
        boolean nfc = readNormalizer();
        return new BpeSource(where, vocabulary, merges, readAddedTokens(), readSplit(), nfc);
    }

    private void readModel(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, "'model'");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            refuseTwice("model." + name, small.put("model." + name, NullNode.instance));
            parser.nextToken();
            switch (name) {
                case "vocab" -> readVocabulary(parser);
                case "merges" -> readMerges(parser);
                default -> checkModelSetting(name, Json.tree(parser));
            }
        }
    }

    private void checkModelSetting(String name, JsonNode value) {
        boolean neutral = switch (name) {
            case "type" -> value.asText().equals("BPE");
            case "dropout" -> value.isNull() || value.asDouble() == 0;
            case "continuing_subword_prefix", "end_of_word_suffix" ->
                value.isNull() || value.asText().isEmpty();
            case "byte_fallback" -> !value.asBoolean();
            default -> MODEL_READ_OVER.contains(name);
        };
        if (!neutral) {
            throw CodaException.of(
                    "%s: the model has %s = %s; only a byte-level BPE model without such a setting is supported",
                    where, name, value);
        }
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, "the vocabulary");
        for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
            int id = parser.nextIntValue(-1);
            if (id < 0) {
                throw CodaException.of("%s: token '%s' needs an id of 0 or more", where, token);
            }
            if (vocabulary.put(token, id) != null) {
                throw CodaException.of("%s: token '%s' stands twice in the vocabulary", where, token);
            }
        }
    }

    private void readMerges(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, "'merges'");
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                merges.add(parser.getText());
            } else {
                expect(token, JsonToken.START_ARRAY, "merge " + merges.size());
                expect(parser.nextToken(), JsonToken.VALUE_STRING, "the left of merge " + merges.size());
                String left = parser.getText();
                expect(parser.nextToken(), JsonToken.VALUE_STRING, "the right of merge " + merges.size());
                String right = parser.getText();
                expect(parser.nextToken(), JsonToken.END_ARRAY, "the end of merge " + merges.size());
                merges.add(left + " " + right);
            }
        }
    }

    private List<AddedToken> readAddedTokens() {
        List<AddedToken> tokens = new ArrayList<>();
        for (JsonNode entry : member("added_tokens")) {
            tokens.add(TokenizerConfig.addedToken(entry.path("id").asInt(-1), entry, where));
        }
        return tokens;
    }

    private boolean readNormalizer() {
        List<JsonNode> steps = flatten(member("normalizer"), "normalizers");
        for (JsonNode step : steps) {
            if (!step.path("type").asText().equals("NFC")) {
                throw unsupported("normalizer", step, "NFC or none");
            }
        }
        return !steps.isEmpty();
    }

    private String readSplit() {
        List<JsonNode> steps = flatten(member("pre_tokenizer"), "pretokenizers");
        String supported = "one isolated Split by a Regex, then ByteLevel without a prefix space";
        if (steps.isEmpty() || steps.size() > 2) {
            throw unsupported("pre_tokenizer", member("pre_tokenizer"), supported);
        }
        JsonNode byteLevel = steps.getLast();
        boolean ownPattern = byteLevel.path("use_regex").asBoolean(true);
        if (!byteLevel.path("type").asText().equals("ByteLevel")
                || byteLevel.path("add_prefix_space").asBoolean(true)
                || ownPattern != (steps.size() == 1)) {
            throw unsupported("pre_tokenizer", byteLevel, supported);
        }
        if (ownPattern) {
            return BpeSource.GPT2_SPLIT;
        }
        JsonNode split = steps.getFirst();
        JsonNode regex = split.path("pattern").path("Regex");
        if (!split.path("type").asText().equals("Split")
                || !split.path("behavior").asText().equals("Isolated")
                || split.path("invert").asBoolean()
                || !regex.isTextual()) {
            throw unsupported("pre_tokenizer", split, supported);
        }
        return regex.textValue();
    }

    private void requireByteLevel(String name, boolean mayBeAbsent) {
        List<JsonNode> steps = flatten(member(name), name.equals("decoder") ? "decoders" : "processors");
        if (steps.isEmpty() && !mayBeAbsent) {
            throw unsupported(name, member(name), "ByteLevel");
        }
        for (JsonNode step : steps) {
            if (!step.path("type").asText().equals("ByteLevel")) {
                throw unsupported(name, step, "ByteLevel");
            }
        }
    }

    private static List<JsonNode> flatten(JsonNode node, String members) {
        if (node.isNull()) {
            return List.of();
        }
        if (!node.path("type").asText().equals("Sequence")) {
            return List.of(node);
        }
        List<JsonNode> steps = new ArrayList<>();
        node.path(members).forEach(step -> steps.addAll(flatten(step, members)));
        return steps;
    }

    private void refuseTwice(String name, JsonNode earlier) {
        if (earlier != null) {
            throw CodaException.of("%s: the key '%s' stands there twice", where, name);
        }
    }

    private JsonNode member(String name) {
        return small.getOrDefault(name, NullNode.instance);
    }

    private CodaException unsupported(String name, JsonNode value, String supported) {
        return CodaException.of("%s: the %s %s is not supported; supported is %s", where, name, value, supported);
    }

    private void expect(JsonToken actual, JsonToken expected, String what) {
        if (actual != expected) {
            throw CodaException.of(
                    "%s: %s is not what a tokenizer.json has there (%s in place of %s)", where, what, actual, expected);
        }
    }
}
