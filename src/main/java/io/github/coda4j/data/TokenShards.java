package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.NotFetched;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The tokens of one split of a folder of shards, mapped into memory, as one long row: all documents behind one another,
 * each with its end token. May be read by several threads.
 */
public final class TokenShards implements AutoCloseable {
    private static final ValueLayout.OfShort TOKEN_16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt TOKEN_32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong END = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path folder;
    private final Split split;
    private final Manifest manifest;
    private final Arena arena;
    private final Closing closing = new Closing();
    private final List<Mapped> shards;

    /** A shard with the tokens and documents of those before it. */
    private record Mapped(
            long firstToken,
            long firstDocument,
            long numTokens,
            long numDocuments,
            MemorySegment tokens,
            MemorySegment documents,
            MemorySegment answers) {
        long documentEnd(long document) {
            return documents.get(END, document * Long.BYTES);
        }
    }

    private TokenShards(Path folder, Split split, Manifest manifest, Arena arena, List<Mapped> shards) {
        this.folder = folder;
        this.split = split;
        this.manifest = manifest;
        this.arena = arena;
        this.shards = shards;
    }

    /**
     * Opens the shards of a split and compares each with the hash in the manifest.
     *
     * @throws CodaException when the folder holds no shards, the split is empty, or a shard changed since it was
     *     written (named)
     */
    public static TokenShards open(Path folder, Split split) {
        Manifest manifest = Manifest.read(folder);
        if (manifest.shards(split).isEmpty()) {
            throw CodaException.of(
                    "%s has no %s tokens%s",
                    folder,
                    split.label(),
                    split == Split.HELD_OUT
                            ? ": the corpus was tokenized with --held-out " + manifest.heldOut()
                                    + "; ask for a larger share"
                            : "");
        }
        manifest.shards(split).parallelStream().forEach(shard -> verify(folder, shard));
        Arena arena = Arena.ofShared();
        try {
            List<Mapped> mapped = new ArrayList<>();
            long tokens = 0;
            long documents = 0;
            for (Manifest.Shard shard : manifest.shards(split)) {
                mapped.add(map(folder, manifest, shard, tokens, documents, arena));
                tokens += shard.tokens();
                documents += shard.documents();
            }
            return new TokenShards(folder, split, manifest, arena, mapped);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static void verify(Path folder, Manifest.Shard shard) {
        shard.sha256().forEach((name, expected) -> {
            Path file = folder.resolve(name);
            String found = Hashes.ofFile(file);
            if (!found.equals(expected)) {
                throw changed(
                        file, String.format(Locale.ROOT, "its SHA-256 is %s, the manifest says %s", found, expected));
            }
        });
    }

    private static CodaException changed(Path file, String how) {
        Optional<String> instead = NotFetched.words(file);
        if (instead.isPresent()) {
            return CodaException.of("%s %s", file, instead.get());
        }
        return CodaException.of(
                "%s changed since it was written: %s; restore the file, or make the folder again with `coda "
                        + "data tokenize`",
                file, how);
    }

    private static Mapped map(
            Path folder, Manifest manifest, Manifest.Shard shard, long tokens, long documents, Arena arena) {
        boolean instructions = manifest.kind() == Manifest.Content.INSTRUCTIONS;
        return new Mapped(
                tokens,
                documents,
                shard.tokens(),
                shard.documents(),
                map(folder, shard, ".tokens", shard.tokens() * manifest.tokenBytes(), arena),
                map(folder, shard, ".documents", shard.documents() * Long.BYTES, arena),
                instructions ? map(folder, shard, ".answers", shard.tokens(), arena) : MemorySegment.NULL);
    }

    private static MemorySegment map(Path folder, Manifest.Shard shard, String suffix, long bytes, Arena arena) {
        Path file = folder.resolve(shard.name() + suffix);
        if (!shard.sha256().containsKey(shard.name() + suffix)) {
            throw CodaException.of("%s has no hash for %s", folder.resolve(Manifest.FILE), file.getFileName());
        }
        try {
            if (Files.size(file) != bytes) {
                throw changed(
                        file,
                        String.format(Locale.ROOT, "it has %d bytes, the manifest says %d", Files.size(file), bytes));
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    /**
     * The ids of a document, the end token included.
     *
     * @param index 0 to {@link #numDocuments} - 1
     */
    public int[] document(long index) {
        long start = documentStart(index);
        int[] ids = new int[Math.toIntExact(documentEnd(index) - start)];
        copyIds(start, ids.length, ids);
        return ids;
    }

    /** Where they lie, for messages. */
    public Path folder() {
        return folder;
    }

    public Split split() {
        return split;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** All tokens, the end tokens included. */
    public long numTokens() {
        return shards.getLast().firstToken + shards.getLast().numTokens;
    }

    public long numDocuments() {
        return shards.getLast().firstDocument + shards.getLast().numDocuments;
    }

    /** The document that holds the token at this place of the row. */
    long documentOf(long token) {
        Mapped shard = shardOfToken(token);
        long wanted = token - shard.firstToken;
        long low = 0;
        long high = shard.numDocuments - 1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (shard.documentEnd(middle) > wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return shard.firstDocument + low;
    }

    /** Where a document begins in the row. */
    long documentStart(long document) {
        Mapped shard = shardOfDocument(document);
        long index = document - shard.firstDocument;
        return shard.firstToken + (index == 0 ? 0 : shard.documentEnd(index - 1));
    }

    /** Where a document ends in the row, exclusive. */
    long documentEnd(long document) {
        Mapped shard = shardOfDocument(document);
        return shard.firstToken + shard.documentEnd(document - shard.firstDocument);
    }

    /** Copies the {@code count} tokens from place {@code from} of the row on to the start of {@code ids}. */
    void copyIds(long from, int count, int[] ids) {
        boolean wide = manifest.tokenBytes() == Integer.BYTES;
        int done = 0;
        while (done < count) {
            Mapped shard = shardOfToken(from + done);
            long first = from + done - shard.firstToken;
            int here = (int) Math.min(count - done, shard.numTokens - first);
            for (int i = 0; i < here; i++) {
                ids[done + i] = wide
                        ? shard.tokens.get(TOKEN_32, (first + i) * Integer.BYTES)
                        : Short.toUnsignedInt(shard.tokens.get(TOKEN_16, (first + i) * Short.BYTES));
            }
            done += here;
        }
    }

    /** Copies which of the tokens of one document are in an answer; only of instructions. */
    void copyAnswers(long document, boolean[] answers) {
        Mapped shard = shardOfDocument(document);
        long first = documentStart(document) - shard.firstToken;
        long count = documentEnd(document) - documentStart(document);
        for (int i = 0; i < count; i++) {
            answers[i] = shard.answers.get(ValueLayout.JAVA_BYTE, first + i) != 0;
        }
    }

    private Mapped shardOfToken(long token) {
        check(token >= 0 && token < numTokens(), "token %d is outside [0, %d)", token, numTokens());
        int index = 0;
        while (token >= shards.get(index).firstToken + shards.get(index).numTokens) {
            index++;
        }
        return shards.get(index);
    }

    private Mapped shardOfDocument(long document) {
        check(document >= 0 && document < numDocuments(), "document %d is outside [0, %d)", document, numDocuments());
        int index = 0;
        while (document >= shards.get(index).firstDocument + shards.get(index).numDocuments) {
            index++;
        }
        return shards.get(index);
    }

    @Override
    public void close() {
        closing.once(arena::close);
    }
}
