package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The files of a byte-level BPE tokenizer of the Qwen2 kind (NFC, Qwen2's split, no prefix space), as
 * {@link BpeTokenizer#load} and the Hugging Face library read them. Added tokens stand in the vocabulary too: only so
 * does that library keep ids with gaps between them.
 */
public final class TokenizerWriter {
    private static final JsonFactory JSON = new JsonFactory();

    /** Tokens of CoDA's chats and of filling in the middle that have no role of their own; true for control tokens. */
    private static final Map<String, Boolean> FURTHER = further();

    private TokenizerWriter() {}

    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    /**
     * The files of a tokenizer.
     *
     * @param vocabulary token in the {@link ByteLevelAlphabet} to id, without the added tokens: the 256 bytes and what
     *     the merges make, with ids that ascend in the order of the merges
     * @param merges the pairs that merge, {@code "left right"} in that alphabet, in the order of their rank
     * @param added tokens outside the merges
     * @param roles ids among {@code added}
     * @return the text of each file by its name: tokenizer.json and tokenizer_config.json
     * @throws io.github.coda4j.CodaException when vocabulary and merges are not one byte-level BPE
     * @throws IllegalArgumentException when added tokens collide or a role names none of them
     */
    public static Map<String, String> bpe(
            Map<String, Integer> vocabulary, List<String> merges, List<AddedToken> added, SpecialTokens roles) {
        new RankedVocabulary("the tokenizer to write", vocabulary, merges);
        Map<Integer, String> taken = new HashMap<>();
        vocabulary.forEach((token, id) -> taken.put(id, token));
        Set<String> contents = new HashSet<>(vocabulary.keySet());
        for (AddedToken token : added) {
            String other = taken.putIfAbsent(token.id(), token.content());
            check(other == null, "tokens '%s' and '%s' have the same id %d", other, token.content(), token.id());
            check(contents.add(token.content()), "token '%s' is there twice", token.content());
        }
        List<AddedToken> sorted =
                added.stream().sorted(Comparator.comparingInt(AddedToken::id)).toList();
        Map<String, String> files = new LinkedHashMap<>();
        files.put("tokenizer.json", write(json -> writeTokenizer(json, vocabulary, merges, sorted)));
        files.put("tokenizer_config.json", write(json -> writeConfig(json, sorted, roles)));
        return files;
    }

    /**
     * The files of a tokenizer without merges: one token per byte on the lowest ids that no role has, and CoDA's tokens
     * of chats and of filling in the middle on the highest rows of the vocabulary. The ids between stand for no text.
     *
     * @param vocabSize rows of the model's vocabulary
     * @param roles the model's ids of {@code <|mask|>}, {@code <|endoftext|>} (pad) and {@code <|im_end|>} (eos), below
     *     {@code vocabSize}
     * @return the text of each file by its name
     * @throws IllegalArgumentException when the tokens do not fit, or two roles have the same id
     */
    public static Map<String, String> bytes(int vocabSize, SpecialTokens roles) {
        check(roles.bos().isEmpty(), "a byte-level tokenizer has no token that starts a text, got bos %s", roles.bos());
        List<AddedToken> added = new ArrayList<>();
        addRole(added, "<|mask|>", roles.mask(), vocabSize);
        addRole(added, "<|endoftext|>", roles.pad(), vocabSize);
        addRole(added, "<|im_end|>", roles.eos(), vocabSize);
        int needed = 256 + added.size() + FURTHER.size();
        check(
                vocabSize >= needed,
                "a byte-level tokenizer needs %d ids (256 bytes and %d special tokens), the vocabulary has %d",
                needed,
                needed - 256,
                vocabSize);
        Set<Integer> taken = new HashSet<>();
        added.forEach(token -> taken.add(token.id()));
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (int id = 0; vocabulary.size() < 256; id++) {
            if (!taken.contains(id)) {
                vocabulary.put(String.valueOf(ByteLevelAlphabet.charOf(vocabulary.size())), id);
            }
        }
        int id = vocabSize;
        for (Map.Entry<String, Boolean> token : FURTHER.entrySet()) {
            do {
                id--;
            } while (taken.contains(id));
            added.add(new AddedToken(id, token.getKey(), token.getValue()));
        }
        return bpe(vocabulary, List.of(), added, roles);
    }

    private static void addRole(List<AddedToken> added, String content, OptionalInt role, int vocabSize) {
        role.ifPresent(id -> {
            check(id < vocabSize, "the id of %s must be in [0, %d), got %d", content, vocabSize, id);
            added.add(new AddedToken(id, content, true));
        });
    }

    private static Map<String, Boolean> further() {
        Map<String, Boolean> tokens = new LinkedHashMap<>();
        tokens.put("<|im_start|>", true);
        for (String content : List.of(
                "<think>",
                "</think>",
                "<tool_call>",
                "</tool_call>",
                "<tool_response>",
                "</tool_response>",
                "<|fim_prefix|>",
                "<|fim_middle|>",
                "<|fim_suffix|>",
                "<|fim_pad|>")) {
            tokens.put(content, false);
        }
        return tokens;
    }

    private static void writeTokenizer(
            JsonGenerator json, Map<String, Integer> vocabulary, List<String> merges, List<AddedToken> added)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("version", "1.0");
        json.writeNullField("truncation");
        json.writeNullField("padding");
        json.writeArrayFieldStart("added_tokens");
        for (AddedToken token : added) {
            json.writeStartObject();
            json.writeNumberField("id", token.id());
            writeAdded(json, token);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("normalizer");
        json.writeStringField("type", "NFC");
        json.writeEndObject();
        writePreTokenizer(json);
        writeByteLevel(json, "post_processor");
        writeByteLevel(json, "decoder");
        writeModel(json, vocabulary, merges, added);
        json.writeEndObject();
    }

    private static void writePreTokenizer(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("pre_tokenizer");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("pretokenizers");
        json.writeStartObject();
        json.writeStringField("type", "Split");
        json.writeObjectFieldStart("pattern");
        json.writeStringField("Regex", BpeSource.QWEN2_SPLIT);
        json.writeEndObject();
        json.writeStringField("behavior", "Isolated");
        json.writeBooleanField("invert", false);
        json.writeEndObject();
        json.writeStartObject();
        writeByteLevelFields(json);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeByteLevel(JsonGenerator json, String field) throws IOException {
        json.writeObjectFieldStart(field);
        writeByteLevelFields(json);
        json.writeEndObject();
    }

    private static void writeByteLevelFields(JsonGenerator json) throws IOException {
        json.writeStringField("type", "ByteLevel");
        json.writeBooleanField("add_prefix_space", false);
        json.writeBooleanField("trim_offsets", false);
        json.writeBooleanField("use_regex", false);
    }

    private static void writeModel(
            JsonGenerator json, Map<String, Integer> vocabulary, List<String> merges, List<AddedToken> added)
            throws IOException {
        json.writeObjectFieldStart("model");
        json.writeStringField("type", "BPE");
        for (String absent : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            json.writeNullField(absent);
        }
        json.writeBooleanField("fuse_unk", false);
        json.writeBooleanField("byte_fallback", false);
        json.writeBooleanField("ignore_merges", false);
        json.writeObjectFieldStart("vocab");
        Map<String, Integer> all = new HashMap<>(vocabulary);
        added.forEach(token -> all.put(token.content(), token.id()));
        List<Map.Entry<String, Integer>> byId = new ArrayList<>(all.entrySet());
        byId.sort(Map.Entry.comparingByValue());
        for (Map.Entry<String, Integer> token : byId) {
            json.writeNumberField(token.getKey(), token.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("merges");
        for (String merge : merges) {
            json.writeString(merge);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeConfig(JsonGenerator json, List<AddedToken> added, SpecialTokens roles)
            throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("added_tokens_decoder");
        for (AddedToken token : added) {
            json.writeObjectFieldStart(Integer.toString(token.id()));
            writeAdded(json, token);
            json.writeEndObject();
        }
        json.writeEndObject();
        writeRole(json, "bos_token", roles.bos(), added);
        writeRole(json, "eos_token", roles.eos(), added);
        writeRole(json, "mask_token", roles.mask(), added);
        writeRole(json, "pad_token", roles.pad(), added);
        json.writeBooleanField("clean_up_tokenization_spaces", false);
        json.writeStringField("tokenizer_class", "PreTrainedTokenizerFast");
        json.writeEndObject();
    }

    private static void writeAdded(JsonGenerator json, AddedToken token) throws IOException {
        json.writeStringField("content", token.content());
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            json.writeBooleanField(flag, false);
        }
        json.writeBooleanField("special", token.special());
    }

    private static void writeRole(JsonGenerator json, String role, OptionalInt id, List<AddedToken> added)
            throws IOException {
        if (id.isEmpty()) {
            json.writeNullField(role);
            return;
        }
        List<AddedToken> named =
                added.stream().filter(token -> token.id() == id.getAsInt()).toList();
        check(!named.isEmpty(), "the %s has the id %d, which no added token has", role, id.getAsInt());
        json.writeStringField(role, named.getFirst().content());
    }

    private static String write(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            writing.to(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }
}
