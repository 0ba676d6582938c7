package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a tokenizer's files say, not yet checked against each other.
 *
 * @param where the file to name in errors
 * @param vocabulary token, in the byte-level alphabet, to id
 * @param merges the pairs that merge, "left right", in the order of their rank
 * @param added tokens outside the merges
 * @param split the pattern that cuts text into the pieces inside which merges happen
 * @param nfc whether text is brought to Unicode NFC first
 */
record BpeSource(
        String where,
        Map<String, Integer> vocabulary,
        List<String> merges,
        List<AddedToken> added,
        String split,
        boolean nfc) {

    /** Qwen2 and its descendants, CoDA included. */
    static final String QWEN2_SPLIT =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** What a byte-level pre-tokenizer uses when it brings its own pattern (GPT-2). */
    static final String GPT2_SPLIT =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    /**
     * Reads the files of a checkpoint folder. Added tokens that only tokenizer_config.json lists are taken in, as the
     * original does.
     */
    static BpeSource read(Path folder, TokenizerConfig config) {
        Path whole = folder.resolve("tokenizer.json");
        BpeSource source;
        if (Files.exists(whole)) {
            source = TokenizerJson.read(whole);
        } else if (Files.exists(folder.resolve("vocab.json")) && Files.exists(folder.resolve("merges.txt"))) {
            source = readVocabularyAndMerges(folder, config);
        } else {
            throw CodaException.of(
                    "no tokenizer in %s: it needs tokenizer.json, or vocab.json and merges.txt; copy the "
                            + "checkpoint's tokenizer files there",
                    folder);
        }
        return source.withAdded(config.addedTokens());
    }

    private static BpeSource readVocabularyAndMerges(Path folder, TokenizerConfig config) {
        String tokenizerClass = config.tokenizerClass().orElse("Qwen2Tokenizer");
        if (!tokenizerClass.startsWith("Qwen2Tokenizer")) {
            throw CodaException.of(
                    "%s: tokenizer_class is %s, whose rules vocab.json and merges.txt do not tell; a "
                            + "tokenizer.json is needed",
                    folder.resolve("tokenizer_config.json"), tokenizerClass);
        }
        Path mergesFile = folder.resolve("merges.txt");
        List<String> merges = TextFiles.readFetched(mergesFile)
                .lines()
                .filter(line -> !line.startsWith("#version") && !line.isEmpty())
                .toList();
        Path vocabularyFile = folder.resolve("vocab.json");
        Map<String, Integer> vocabulary = TokenizerJson.readVocabulary(vocabularyFile);
        return new BpeSource(vocabularyFile + " with merges.txt", vocabulary, merges, List.of(), QWEN2_SPLIT, true);
    }

    private BpeSource withAdded(List<AddedToken> more) {
        List<AddedToken> all = new ArrayList<>(added);
        for (AddedToken token : more) {
            boolean known = added.stream()
                    .anyMatch(
                            other -> other.id() == token.id() && other.content().equals(token.content()));
            if (!known) {
                all.add(token);
            }
        }
        return new BpeSource(where, vocabulary, merges, all, split, nfc);
    }
}
