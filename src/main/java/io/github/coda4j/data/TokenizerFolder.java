package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.WholeFolder;
import io.github.coda4j.text.AddedToken;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ByteLevelAlphabet;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.TokenizerWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A trained tokenizer as a folder that both {@link BpeTokenizer} and the Hugging Face library load: tokenizer.json and
 * tokenizer_config.json. Ids: the added tokens first, then the 256 bytes, then the merges.
 */
public final class TokenizerFolder {
    /** Fills rows that are too short. */
    public static final String PAD = "<|endoftext|>";

    /** Ends documents and answers. */
    public static final String EOS = "<|im_end|>";

    /** Stands for a token that is to be found. */
    public static final String MASK = "<|mask|>";

    private static final Set<String> FILES = Set.of("tokenizer.json", "tokenizer_config.json");

    private TokenizerFolder() {}

    /**
     * The added tokens of a tokenizer for code, with the names of CoDA's: pad 0, end 1, mask 2 (as the presets of
     * random models have them), then those of chats, of filling in the middle, of tools and of thoughts.
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
                    "the corpus has too little text for %d tokens, only %d were found: give more text or ask "
                            + "for --size %d",
                    size, found, found);
        }
        return result;
    }

    /**
     * Starts the folder.
     *
     * @param overwrite whether an older tokenizer in the folder may be replaced
     * @throws CodaException when it cannot be written, or is not empty and must not be replaced
     */
    public static WholeFolder create(Path folder, boolean overwrite) {
        return WholeFolder.create(folder, "a tokenizer", FILES::contains, overwrite);
    }

    /**
     * Writes the files and gives the folder its name.
     *
     * @throws CodaException when it cannot be written
     */
    public static BpeTokenizer write(WholeFolder folder, BpeTrainer.Result trained, List<AddedToken> added) {
        files(trained, added).forEach((name, text) -> AtomicFiles.writeText(folder.file(name), text));
        folder.publish();
        return BpeTokenizer.load(folder.target());
    }

    private static Map<String, String> files(BpeTrainer.Result trained, List<AddedToken> added) {
        List<String> tokens =
                trained.tokens().stream().map(ByteLevelAlphabet::write).toList();
        Map<String, Integer> vocabulary = LinkedHashMap.newLinkedHashMap(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            vocabulary.put(tokens.get(i), added.size() + i);
        }
        List<String> merges = trained.merges().stream()
                .map(merge -> tokens.get(merge.left()) + " " + tokens.get(merge.right()))
                .toList();
        SpecialTokens roles = new SpecialTokens(id(added, MASK), id(added, PAD), id(added, EOS), OptionalInt.empty());
        return TokenizerWriter.bpe(vocabulary, merges, added, roles);
    }

    private static OptionalInt id(List<AddedToken> added, String content) {
        return added.stream()
                .filter(token -> token.content().equals(content))
                .mapToInt(AddedToken::id)
                .findFirst();
    }
}
