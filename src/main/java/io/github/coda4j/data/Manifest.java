package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
public record Manifest(
        String format,
        Content kind,
        int vocabSize,
        int tokenBytes,
        String tokenizerSha256,
        int eosId,
        int padId,
        int maskId,
        double heldOut,
        List<Shard> shards,
        List<Account.Line> account) {
    /** The name of its file. */
    public static final String FILE = "manifest.json";

    static final String FORMAT = "coda4j-tokens-1";
    private static final List<String> KEYS = List.of(
            "format",
            "kind",
            "vocab_size",
            "token_bytes",
            "tokenizer_sha256",
            "eos_id",
            "pad_id",
            "mask_id",
            "held_out",
            "shards",
            "account");

    /** What the documents are. */
    public enum Content {
        TEXT("text"),
        INSTRUCTIONS("instructions");

        private final String label;

        Content(String label) {
            this.label = label;
        }
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
            String name, String split, long documents, long tokens, long longest, Map<String, String> sha256)
            implements Serializable {
        public Shard {
            check(documents > 0 && tokens >= documents, "shard %s: %d documents, %d tokens", name, documents, tokens);
            sha256 = Map.copyOf(sha256);
        }

        private static Shard read(ConfigFile in) {
            in.refuseKeysOtherThan(List.of("name", "split", "documents", "tokens", "longest", "sha256"));
            ConfigFile hashes = in.requireObject("sha256");
            Map<String, String> sha256 = new LinkedHashMap<>();
            hashes.keys().forEach(file -> sha256.put(file, hashes.requireString(file)));
            return new Shard(
                    in.requireString("name"),
                    in.requireString("split"),
                    in.requireLong("documents"),
                    in.requireLong("tokens"),
                    in.requireLong("longest"),
                    sha256);
        }

        private Map<String, Object> values() {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("name", name);
            values.put("split", split);
            values.put("documents", documents);
            values.put("tokens", tokens);
            values.put("longest", longest);
            values.put("sha256", new TreeMap<>(sha256));
            return values;
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
     * The manifest of finished shards.
     *
     * @param tokenizer the one that made the tokens; needs mask, pad and eos tokens
     * @throws CodaException when there is nothing to train on: says what became of the documents
     */
    public static Manifest of(
            Content kind, BpeTokenizer tokenizer, double heldOut, List<Shard> shards, Account account) {
        SpecialTokens special = tokenizer.specialTokens();
        Manifest manifest = new Manifest(
                FORMAT,
                kind,
                tokenizer.vocabSize(),
                ShardWriter.tokenBytes(tokenizer.vocabSize()),
                TokenizerFingerprint.of(tokenizer),
                special.requireEos(),
                special.requirePad(),
                special.requireMask(),
                heldOut,
                shards,
                account.lines());
        if (manifest.tokens(Split.TRAIN) == 0) {
            throw account.nothingKept();
        }
        return manifest;
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
        ConfigFile in = ConfigFile.read(file);
        in.refuseKeysOtherThan(KEYS);
        try {
            return new Manifest(
                    in.requireString("format"),
                    Arrays.stream(Content.values())
                            .filter(kind -> in.isWord("kind", kind.label))
                            .findFirst()
                            .orElseThrow(() -> in.invalid("kind", "\"text\" or \"instructions\"")),
                    in.requireInt("vocab_size"),
                    in.requireInt("token_bytes"),
                    in.requireString("tokenizer_sha256"),
                    in.requireInt("eos_id"),
                    in.requireInt("pad_id"),
                    in.requireInt("mask_id"),
                    in.requireDouble("held_out"),
                    in.requireObjects("shards").stream().map(Shard::read).toList(),
                    in.requireObjects("account").stream()
                            .map(Account.Line::read)
                            .toList());
        } catch (IllegalArgumentException e) {
            throw new CodaException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes it to the file, whole or not at all. */
    public void write(Path file) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("format", format);
        values.put("kind", kind.label);
        values.put("vocab_size", vocabSize);
        values.put("token_bytes", tokenBytes);
        values.put("tokenizer_sha256", tokenizerSha256);
        values.put("eos_id", eosId);
        values.put("pad_id", padId);
        values.put("mask_id", maskId);
        values.put("held_out", heldOut);
        values.put("shards", shards.stream().map(Shard::values).toList());
        values.put("account", account.stream().map(Account.Line::values).toList());
        AtomicFiles.writeText(file, ConfigFile.of(values, FILE).json());
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
