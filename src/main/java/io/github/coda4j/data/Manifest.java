package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a folder of token shards says about itself ({@value #FILE}).
 *
 * @param format {@value #FORMAT}
 * @param kind text to be packed, or instructions with their answers marked
 * @param vocabSize ids of the tokenizer that made the tokens; all tokens are below it
 * @param tokenBytes 2 or 4: bytes of one stored token, little-endian and unsigned
 * @param tokenizerSha256 {@link TokenizerFingerprint} of the tokenizer
 * @param eosId the token after each document
 * @param padId fills rows that are too short
 * @param maskId the token that training puts in place of others; no document holds it
 * @param heldOut the share of documents kept away from training, in [0, 1)
 * @param shards in the order of their tokens, per split
 * @param account what became of the documents that were read
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Manifest(
        String format,
        Kind kind,
        int vocabSize,
        int tokenBytes,
        String tokenizerSha256,
        int eosId,
        int padId,
        int maskId,
        double heldOut,
        List<Shard> shards,
        List<Account.Line> account) {
    static final String FILE = "manifest.json";
    static final String FORMAT = "coda4j-tokens-1";
    private static final Pattern MISSING = Pattern.compile("^(?:Missing|Null value for) creator property '([^']+)'");
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** What the documents are. */
    public enum Kind {
        @JsonProperty("text")
        TEXT,
        @JsonProperty("instructions")
        INSTRUCTIONS
    }

    /**
     * One shard: {@code NAME.tokens}, {@code NAME.documents} and, of instructions, {@code NAME.answers}.
     *
     * @param split "train" or "held-out"
     * @param documents how many
     * @param tokens of all documents, the end tokens included
     * @param longest tokens of the longest document
     * @param sha256 by file name, in hexadecimal
     */
    public record Shard(
            String name, String split, long documents, long tokens, long longest, Map<String, String> sha256) {
        public Shard {
            check(documents > 0 && tokens >= documents, "shard %s: %d documents, %d tokens", name, documents, tokens);
            sha256 = Map.copyOf(sha256);
        }
    }

    public Manifest {
        check(format.equals(FORMAT), "format must be %s, got %s", FORMAT, format);
        check(tokenBytes == 2 || tokenBytes == 4, "token_bytes must be 2 or 4, got %d", tokenBytes);
        check(vocabSize > 0, "vocab_size must be positive, got %d", vocabSize);
        for (int id : new int[] {eosId, padId, maskId}) {
            check(id >= 0 && id < vocabSize, "eos, pad and mask ids must be in [0, %d), got %d", vocabSize, id);
        }
        check(heldOut >= 0 && heldOut < 1, "held_out must be in [0, 1), got %s", heldOut);
        shards = List.copyOf(shards);
        account = List.copyOf(account);
    }

    /**
     * Reads the manifest of a folder of shards.
     *
     * @throws CodaException when there is none or it is broken
     */
    public static Manifest read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw CodaException.of(
                    "%s is no folder of token shards: it has no %s; make one with `coda data tokenize`", folder, FILE);
        }
        try {
            return JSON.readValue(Files.readAllBytes(file), Manifest.class);
        } catch (JsonProcessingException e) {
            throw new CodaException("cannot read " + file + ": " + problem(e), e);
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    private static String problem(JsonProcessingException e) {
        String message = e.getOriginalMessage().lines().findFirst().orElse("broken JSON");
        Matcher missing = MISSING.matcher(message);
        if (missing.find()) {
            return "missing key '" + missing.group(1) + "'";
        }
        return e instanceof UnrecognizedPropertyException unknown
                ? "unknown key '" + unknown.getPropertyName() + "'"
                : message;
    }

    void write(Path file) {
        try {
            AtomicFiles.writeText(file, JSON.writeValueAsString(this) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest cannot be written", e);
        }
    }

    /** The shards of a split. */
    public List<Shard> shards(Split split) {
        return shards.stream()
                .filter(shard -> shard.split().equals(split.label()))
                .toList();
    }

    /** Documents of a split. */
    public long documents(Split split) {
        return shards(split).stream().mapToLong(Shard::documents).sum();
    }

    /** Tokens of a split, the end tokens included. */
    public long tokens(Split split) {
        return shards(split).stream().mapToLong(Shard::tokens).sum();
    }

    /**
     * Refuses a tokenizer that is not the one that made these tokens.
     *
     * @param where the folder it was loaded from, for the message
     */
    public void requireTokenizer(BpeTokenizer tokenizer, Path where) {
        String found = TokenizerFingerprint.of(tokenizer);
        if (!found.equals(tokenizerSha256)) {
            throw CodaException.of(
                    "the tokens were made by another tokenizer (%d ids, SHA-256 %s) than that of %s (%d ids, "
                            + "%s): tokenize the"
                            + " corpus again with --tokenizer %s, or take the model that belongs to the tokens",
                    vocabSize,
                    tokenizerSha256.substring(0, Math.min(12, tokenizerSha256.length())),
                    where,
                    tokenizer.vocabSize(),
                    found.substring(0, 12),
                    where);
        }
    }

    /**
     * Refuses a model whose vocabulary or mask token is not that of these tokens.
     *
     * @param modelVocabSize rows of the model's embedding
     * @param modelMaskId its mask token
     */
    public void requireVocabulary(int modelVocabSize, int modelMaskId) {
        if (modelVocabSize < vocabSize || modelVocabSize - vocabSize > Tokenizer.MAX_PADDING_ROWS) {
            throw CodaException.of(
                    "the tokens are of a vocabulary of %d ids but the model's vocab_size is %d; it must be "
                            + "between %d and %d:"
                            + " take the model and the tokenizer that belong together",
                    vocabSize, modelVocabSize, vocabSize, vocabSize + Tokenizer.MAX_PADDING_ROWS);
        }
        if (modelMaskId != maskId) {
            throw CodaException.of(
                    "the tokens' tokenizer has the mask token %d but the model's mask_token_id is %d: take "
                            + "the model and the"
                            + " tokenizer that belong together",
                    maskId, modelMaskId);
        }
    }
}
