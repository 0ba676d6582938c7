package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.files.WholeFolder;
import io.github.coda4j.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Writes a folder of token shards, which appears whole or not at all. A shard is {@code NAME.tokens} (ids, 2 or 4 bytes
 * each), {@code NAME.documents} (where each document ends, as a count of tokens in the shard, 8 bytes) and, of
 * instructions, {@code NAME.answers} (1 byte per token: 1 in an answer, 0 elsewhere); all little-endian. For one
 * thread.
 */
public final class ShardFolderWriter implements AutoCloseable {
    /** A shard is closed once it has so many tokens; documents are never cut between shards. */
    public static final long DEFAULT_SHARD_TOKENS = 100_000_000;

    private static final Pattern SHARD_FILE =
            Pattern.compile("(train|held-out)-[0-9]{5,}\\.(tokens|documents|answers)");

    private final WholeFolder folder;
    private final Manifest.Content kind;
    private final BpeTokenizer tokenizer;
    private final int vocabSize;
    private final double heldOut;
    private final long shardTokens;
    private final Map<Split, ShardWriter> open = new EnumMap<>(Split.class);
    private final Map<Split, Integer> numShards = new EnumMap<>(Split.class);
    private final List<Manifest.Shard> finished = new ArrayList<>();

    private ShardFolderWriter(
            WholeFolder folder, Manifest.Content kind, BpeTokenizer tokenizer, double heldOut, long shardTokens) {
        this.folder = folder;
        this.kind = kind;
        this.tokenizer = tokenizer;
        this.vocabSize = tokenizer.vocabSize();
        this.heldOut = heldOut;
        this.shardTokens = shardTokens;
    }

    /**
     * Starts a folder.
     *
     * @param tokenizer the one that makes the tokens; needs mask, pad and eos tokens
     * @param heldOut goes to the manifest, in [0, 1)
     * @param shardTokens see {@link #DEFAULT_SHARD_TOKENS}; positive
     * @param overwrite whether an older folder of shards may be replaced
     * @throws io.github.coda4j.CodaException when the folder cannot be written, or is not empty and must not be
     *     replaced
     */
    public static ShardFolderWriter create(
            Path folder,
            Manifest.Content kind,
            BpeTokenizer tokenizer,
            double heldOut,
            long shardTokens,
            boolean overwrite) {
        check(heldOut >= 0 && heldOut < 1, "the held-out share must be in [0, 1), got %s", heldOut);
        WholeFolder whole = folder(folder, tokenizer, shardTokens, overwrite);
        return new ShardFolderWriter(whole, kind, tokenizer, heldOut, shardTokens);
    }

    /**
     * A folder of shards that is yet to be filled; see {@link #create}.
     *
     * @throws io.github.coda4j.CodaException when it cannot be written, or is not empty and must not be replaced
     */
    public static WholeFolder folder(Path folder, BpeTokenizer tokenizer, long shardTokens, boolean overwrite) {
        check(shardTokens > 0, "a shard needs room for at least one token, got %d", shardTokens);
        tokenizer.specialTokens().requireMask();
        tokenizer.specialTokens().requirePad();
        tokenizer.specialTokens().requireEos();
        return WholeFolder.create(
                folder,
                "token shards",
                name -> name.equals(Manifest.FILE) || SHARD_FILE.matcher(name).matches(),
                overwrite);
    }

    /**
     * Appends a document.
     *
     * @param ids its tokens, the end token included
     * @param answers which of them are in an answer, as many as ids; empty for text
     */
    public synchronized void append(Split split, int[] ids, boolean[] answers) {
        check(ids.length > 0, "a document needs at least one token");
        check(
                answers.length == (kind == Manifest.Content.INSTRUCTIONS ? ids.length : 0),
                "a document of %d tokens has %d marks of answers",
                ids.length,
                answers.length);
        ShardWriter shard = open.computeIfAbsent(split, this::start);
        shard.append(ids, answers);
        if (shard.tokens() >= shardTokens) {
            finished.add(shard.finish());
            open.remove(split);
        }
    }

    /**
     * Brings everything to the disk and gives the folder its name.
     *
     * @throws io.github.coda4j.CodaException when no training token was appended, or the disk is full
     */
    public synchronized Manifest finish(Account account) {
        for (Split split : Split.values()) {
            if (open.containsKey(split)) {
                finished.add(open.remove(split).finish());
            }
        }
        // Of each split in their order; which split's shard was full first does not count.
        finished.sort(Comparator.comparing(shard -> shard.split().equals(Split.HELD_OUT.label())));
        Manifest manifest = Manifest.of(kind, tokenizer, heldOut, finished, account);
        manifest.write(folder.file(Manifest.FILE));
        folder.publish();
        return manifest;
    }

    private ShardWriter start(Split split) {
        int number = numShards.merge(split, 1, Integer::sum) - 1;
        return new ShardWriter(folder.file(""), split, number, kind, vocabSize);
    }

    /** Discards what was written unless {@link #finish} was called. */
    @Override
    public synchronized void close() {
        List<AutoCloseable> parts = new ArrayList<>();
        open.values().forEach(shard -> parts.add(shard::close));
        parts.add(folder);
        Closing.all(parts);
    }
}
