package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.text.AddedToken;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ByteLevelAlphabet;
import io.github.coda4j.text.SplitPattern;
import io.github.coda4j.weights.AtomicFiles;
import io.github.coda4j.weights.WholeFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A trained tokenizer as a folder that both {@link BpeTokenizer} and the Hugging Face library load: tokenizer.json,
 * tokenizer_config.json and special_tokens_map.json. Ids: the added tokens first, then the 256 bytes, then the merges.
 */
public final class TokenizerFolder {
    /** Fills rows that are too short. */
    public static final String PAD = "<|endoftext|>";

    /** Ends documents and answers. */
    public static final String EOS = "<|im_end|>";

    /** Stands for a token that is to be found. */
    public static final String MASK = "<|mask|>";

    private static final Set<String> FILES =
            Set.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TokenizerFolder() {}

    /**
     * The added tokens of a tokenizer for code, with the names of CoDA's: pad 0, end 1, mask 2 (as the presets of random models have
     * them), then those of chats, of filling in the middle, of tools and of thoughts.
     *
     * @param more further ones, taken as control tokens
     */
    public static List<AddedToken> addedTokens(List<String> more) {
        List<AddedToken> tokens = new ArrayList<>();
        for (String name : List.of(PAD, EOS, MASK, "<|im_start|>", "<|file_sep|>")) {
            tokens.add(new AddedToken(tokens.size(), name, true));
        }
        for (String name : List.of(
                "<|fim_prefix|>",
                "<|fim_middle|>",
                "<|fim_suffix|>",
                "<|fim_pad|>",
                "<|repo_name|>",
                "<tool_call>",
                "</tool_call>",
                "<tool_response>",
                "</tool_response>",
                "<think>",
                "</think>")) {
            tokens.add(new AddedToken(tokens.size(), name, false));
        }
        for (String name : more) {
            check(
                    tokens.stream().noneMatch(token -> token.content().equals(name)),
                    "the special token '%s' is there already",
                    name);
            tokens.add(new AddedToken(tokens.size(), name, true));
        }
        return tokens;
    }

    /** The smallest vocabulary that holds the added tokens and all bytes. */
    public static int smallestSize(List<AddedToken> added) {
        return added.size() + BpeTrainer.NUM_BYTES;
    }

    /**
     * Trains a tokenizer.
     *
     * @param counts of the corpus
     * @param size ids altogether, at least {@link #smallestSize}
     * @throws CodaException when the corpus has too few repetitions for so many tokens
     */
    public static BpeTrainer.Result train(WordCounts counts, List<AddedToken> added, int size) {
        int smallest = smallestSize(added);
        check(size >= smallest, "the size must be %d or more (added tokens and bytes), got %d", smallest, size);
        BpeTrainer.Result result = BpeTrainer.train(counts, size - smallest);
        int found = smallest + result.merges().size();
        if (found < size) {
            throw CodaException.of(
                    "the corpus has too little text for %d tokens, only %d were found: give more text or ask for --size %d",
                    size, found, found);
        }
        return result;
    }

    /**
     * Writes the folder, which appears whole or not at all, and loads it.
     *
     * @param overwrite whether an older tokenizer in the folder may be replaced
     * @throws CodaException when it cannot be written
     */
    public static BpeTokenizer write(
            Path folder, BpeTrainer.Result trained, List<AddedToken> added, boolean overwrite) {
        try (WholeFolder whole = WholeFolder.create(folder, "a tokenizer", FILES::contains, overwrite)) {
            AtomicFiles.writeText(
                    whole.file("tokenizer.json"), tokenizer(trained, added).toPrettyString() + "\n");
            AtomicFiles.writeText(
                    whole.file("tokenizer_config.json"), config(added).toPrettyString() + "\n");
            AtomicFiles.writeText(whole.file("special_tokens_map.json"), roles().toPrettyString() + "\n");
            whole.publish();
        }
        return BpeTokenizer.load(folder);
    }

    private static ObjectNode tokenizer(BpeTrainer.Result trained, List<AddedToken> added) {
        ObjectNode file = JSON.objectNode();
        file.put("version", "1.0");
        file.putNull("truncation");
        file.putNull("padding");
        ArrayNode addedTokens = file.putArray("added_tokens");
        added.forEach(token -> addedTokens.add(entry(token, true)));
        file.putObject("normalizer").put("type", "NFC");
        ObjectNode cutting = file.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = cutting.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", SplitPattern.QWEN2.regex());
        split.put("behavior", "Isolated").put("invert", false);
        steps.add(byteLevel());
        file.set("post_processor", byteLevel());
        file.set("decoder", byteLevel());
        file.set("model", model(trained, added));
        return file;
    }

    private static ObjectNode byteLevel() {
        return JSON.objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    /** Merges as "left right": that form is read by every version of the library. */
    private static ObjectNode model(BpeTrainer.Result trained, List<AddedToken> added) {
        ObjectNode model = JSON.objectNode().put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        added.forEach(token -> vocabulary.put(token.content(), token.id()));
        List<String> written =
                trained.tokens().stream().map(ByteLevelAlphabet::write).toList();
        for (int i = 0; i < written.size(); i++) {
            vocabulary.put(written.get(i), added.size() + i);
        }
        ArrayNode merges = model.putArray("merges");
        trained.merges().forEach(merge -> merges.add(written.get(merge.left()) + " " + written.get(merge.right())));
        return model;
    }

    private static ObjectNode entry(AddedToken token, boolean withId) {
        ObjectNode entry = JSON.objectNode();
        if (withId) {
            entry.put("id", token.id());
        }
        return entry.put("content", token.content())
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", token.special());
    }

    private static ObjectNode roles() {
        return JSON.objectNode().put("eos_token", EOS).put("pad_token", PAD).put("mask_token", MASK);
    }

    private static JsonNode config(List<AddedToken> added) {
        ObjectNode config = JSON.objectNode().put("tokenizer_class", "PreTrainedTokenizerFast");
        config.setAll(roles());
        config.put("add_prefix_space", false).put("clean_up_tokenization_spaces", false);
        ObjectNode decoder = config.putObject("added_tokens_decoder");
        added.forEach(token -> decoder.set(String.valueOf(token.id()), entry(token, false)));
        return config;
    }
}
