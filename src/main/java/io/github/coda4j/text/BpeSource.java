package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.NamedFiles;
import io.github.coda4j.files.TextFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * Reads the files of a checkpoint. Added tokens that only tokenizer_config.json lists are taken in, as the original
     * does.
     */
    static BpeSource read(NamedFiles files, TokenizerConfig config) {
        Optional<byte[]> whole = files.bytes("tokenizer.json");
        BpeSource source = whole.isPresent()
                ? TokenizerJson.read(whole.get(), files.source("tokenizer.json"))
                : readVocabularyAndMerges(files, config);
        return source.withAdded(config.addedTokens());
    }

    private static BpeSource readVocabularyAndMerges(NamedFiles files, TokenizerConfig config) {
        Optional<byte[]> vocabulary = files.bytes("vocab.json");
        Optional<byte[]> merges = files.bytes("merges.txt");
        if (vocabulary.isEmpty() || merges.isEmpty()) {
            throw CodaException.of(
                    "no tokenizer in %s: it needs tokenizer.json, or vocab.json and merges.txt; copy the "
                            + "checkpoint's tokenizer files there",
                    files.source());
        }
        String tokenizerClass = config.tokenizerClass().orElse("Qwen2Tokenizer");
        if (!tokenizerClass.startsWith("Qwen2Tokenizer")) {
            throw CodaException.of(
                    "%s: tokenizer_class is %s, whose rules vocab.json and merges.txt do not tell; a "
                            + "tokenizer.json is needed",
                    files.source("tokenizer_config.json"), tokenizerClass);
        }
        List<String> pairs = TextFiles.fetched(merges.get(), files.source("merges.txt"))
                .lines()
                .filter(line -> !line.startsWith("#version") && !line.isEmpty())
                .toList();
        String where = files.source("vocab.json");
        return new BpeSource(
                where + " with merges.txt",
                TokenizerJson.readVocabulary(vocabulary.get(), where),
                pairs,
                List.of(),
                QWEN2_SPLIT,
                true);
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
