package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.util.Arrays;

/**
 * Text packed without gaps: all documents behind one another, cut every T tokens. A row begins and ends inside a
 * document as it comes; a document longer than T fills consecutive rows. Each piece of a document is a segment of its
 * row, its end token included. Only the very last row may be short; it is filled with the pad token, which is a segment
 * of its own and never masked.
 */
public final class PackedSequences implements SequenceSource {
    private final TokenShards shards;
    private final int length;
    private final ShuffledRows rows;

    private PackedSequences(TokenShards shards, int length, long seed) {
        this.shards = shards;
        this.length = length;
        this.rows = new ShuffledRows(seed, length);
    }

    /**
     * Packs the tokens of the shards, which are closed with the sequences.
     *
     * @param length T, positions per row, at least 2
     * @param seed of the order of each epoch
     * @throws CodaException when the shards hold instructions
     */
    public static PackedSequences of(TokenShards shards, int length, long seed) {
        check(length > 1, "the length of sequences must be 2 or more, got %d", length);
        if (shards.manifest().kind() != Manifest.Content.TEXT) {
            throw CodaException.of(
                    "%s holds instructions, made with --sft; packed sequences need text: tokenize it without --sft",
                    shards.folder());
        }
        return new PackedSequences(shards, length, seed);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long numSequences() {
        return (shards.numTokens() + length - 1) / length;
    }

    @Override
    public PackedBatch read(long position, int count) {
        return rows.read(numSequences(), position, count, this::fill);
    }

    private void fill(long sequence, int[] ids, int[] segments, boolean[] maskable) {
        long start = sequence * length;
        int filled = (int) Math.min(length, shards.numTokens() - start);
        shards.copyIds(start, filled, ids);
        long document = shards.documentOf(start);
        int segment = 0;
        int from = 0;
        while (from < filled) {
            int to = (int) Math.min(filled, shards.documentEnd(document) - start);
            Arrays.fill(segments, from, to, segment);
            segment++;
            document++;
            from = to;
        }
        Arrays.fill(maskable, 0, filled, true);
        Arrays.fill(ids, filled, length, shards.manifest().padId());
        Arrays.fill(segments, filled, length, segment);
    }

    @Override
    public void close() {
        shards.close();
    }
}
