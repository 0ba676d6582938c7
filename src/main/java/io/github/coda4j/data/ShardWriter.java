package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes the files of one shard, see {@link ShardFolderWriter}. For one thread. */
public final class ShardWriter implements AutoCloseable {
    private final Split split;
    private final String name;
    private final int vocabSize;
    private final boolean wide;
    private final ShardFile tokenFile;
    private final ShardFile documentFile;
    private final List<ShardFile> answerFile;
    private long tokens;
    private long documents;
    private long longest;

    /**
     * Starts the shard's files, which must not be there yet.
     *
     * @param number which of the split's, from 0
     * @param vocabSize all tokens are below it
     * @throws io.github.coda4j.CodaException when they cannot be written
     */
    public ShardWriter(Path folder, Split split, int number, Manifest.Content kind, int vocabSize) {
        this.split = split;
        this.name = name(split, number);
        this.vocabSize = vocabSize;
        this.wide = tokenBytes(vocabSize) == Integer.BYTES;
        this.tokenFile = new ShardFile(folder.resolve(name + ".tokens"));
        this.documentFile = new ShardFile(folder.resolve(name + ".documents"));
        this.answerFile = kind == Manifest.Content.INSTRUCTIONS
                ? List.of(new ShardFile(folder.resolve(name + ".answers")))
                : List.of();
    }

    /** What a shard is called: {@code train-00000}. */
    public static String name(Split split, int number) {
        return String.format(Locale.ROOT, "%s-%05d", split.label(), number);
    }

    /** Bytes of a stored token: 2 or 4. */
    public static int tokenBytes(int vocabSize) {
        return vocabSize <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
    }

    /** See {@link ShardFolderWriter#append}. */
    public void append(int[] ids, boolean[] answers) {
        for (int id : ids) {
            check(id >= 0 && id < vocabSize, "token %d is outside the vocabulary of %d", id, vocabSize);
            if (wide) {
                tokenFile.put32(id);
            } else {
                tokenFile.put16(id);
            }
        }
        for (boolean answer : answers) {
            answerFile.getFirst().put8(answer ? 1 : 0);
        }
        tokens += ids.length;
        documents++;
        longest = Math.max(longest, ids.length);
        documentFile.put64(tokens);
    }

    /** Tokens so far. */
    public long tokens() {
        return tokens;
    }

    /** Brings everything to the disk; at least one document must have been appended. */
    public Manifest.Shard finish() {
        Map<String, String> hashes = new TreeMap<>();
        hashes.put(tokenFile.name(), tokenFile.finish());
        hashes.put(documentFile.name(), documentFile.finish());
        answerFile.forEach(file -> hashes.put(file.name(), file.finish()));
        return new Manifest.Shard(name, split.label(), documents, tokens, longest, hashes);
    }

    @Override
    public void close() {
        tokenFile.close();
        documentFile.close();
        answerFile.forEach(ShardFile::close);
    }
}
