package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.util.Arrays;

/**
 * Instructions with answers, one example per row. Only answers may be masked; the rest of the row is filled with the
 * pad token, which is a segment of its own. Examples that are longer than a row are left out and counted, never cut.
 */
public final class InstructionSequences implements SequenceSource {
    private final TokenShards shards;
    private final int length;
    private final ShuffledRows rows;
    private final long[] documents;

    private InstructionSequences(TokenShards shards, int length, long seed, long[] documents) {
        this.shards = shards;
        this.length = length;
        this.rows = new ShuffledRows(seed, length);
        this.documents = documents;
    }

    /**
     * One row per example of the shards, which are closed with the sequences.
     *
     * @param length T, positions per row, at least 2
     * @param seed of the order of each epoch
     * @throws CodaException when the shards hold text, or every example is longer than a row
     */
    public static InstructionSequences of(TokenShards shards, int length, long seed) {
        check(length > 1, "the length of sequences must be 2 or more, got %d", length);
        if (shards.manifest().kind() != Manifest.Content.INSTRUCTIONS) {
            throw CodaException.of(
                    "%s holds text without answers; fine-tuning needs instructions: tokenize them with --sft",
                    shards.folder());
        }
        long[] fitting = new long[Math.toIntExact(shards.numDocuments())];
        int count = 0;
        for (int document = 0; document < fitting.length; document++) {
            if (shards.documentEnd(document) - shards.documentStart(document) <= length) {
                fitting[count++] = document;
            }
        }
        if (count == 0) {
            throw CodaException.of(
                    "all %d examples of %s are longer than %d tokens; ask for longer sequences",
                    fitting.length, shards.folder(), length);
        }
        return new InstructionSequences(shards, length, seed, Arrays.copyOf(fitting, count));
    }

    /** How many examples are left out because they are longer than a row. */
    public long numTooLong() {
        return shards.numDocuments() - documents.length;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long numSequences() {
        return documents.length;
    }

    @Override
    public PackedBatch read(long position, int count) {
        return rows.read(documents.length, position, count, this::fill);
    }

    private void fill(long sequence, int[] ids, int[] segments, boolean[] maskable) {
        long document = documents[(int) sequence];
        long start = shards.documentStart(document);
        int filled = (int) (shards.documentEnd(document) - start);
        shards.copyIds(start, filled, ids);
        shards.copyAnswers(document, maskable);
        Arrays.fill(ids, filled, length, shards.manifest().padId());
        Arrays.fill(segments, filled, length, 1);
    }

    @Override
    public void close() {
        shards.close();
    }
}
