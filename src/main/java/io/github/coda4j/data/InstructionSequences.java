package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.CounterRandom;
import java.util.Arrays;

/**
 * Instructions with answers, one example per row. Only answers may be masked; the rest of the row is filled with the
 * pad token, which is a segment of its own. Examples that are longer than a row are left out and counted, never cut.
 *
 * <p>With end tokens, what stands behind an example's last answer is replaced by a number of them, which may be masked
 * too. Without, the place of an answer's end is in sight, which it is not where an answer is generated.
 */
public final class InstructionSequences implements SequenceSource {
    /** Tells these draws from those that shuffle, whose keys count epochs. */
    private static final long END_DRAWS = -1;

    private final TokenShards shards;
    private final int length;
    private final ShuffledRows rows;
    private final long[] documents;
    private final int endTokens;
    private final long endDraws;

    private InstructionSequences(TokenShards shards, int length, long seed, int endTokens, long[] documents) {
        this.shards = shards;
        this.length = length;
        this.rows = new ShuffledRows(seed, length);
        this.documents = documents;
        this.endTokens = endTokens;
        this.endDraws = CounterRandom.key(seed, END_DRAWS);
    }

    /** Without end tokens behind answers. */
    public static InstructionSequences of(TokenShards shards, int length, long seed) {
        return of(shards, length, seed, 0);
    }

    /**
     * One row per example of the shards, which are closed with the sequences.
     *
     * @param length T, positions per row, at least 2
     * @param seed of the order of each epoch, and of how many end tokens an example gets
     * @param endTokens how many end tokens stand behind an answer at most; each example's number is drawn evenly from 0
     *     to that, the same in every epoch, and is cut off where the row ends
     * @throws CodaException when the shards hold text, or every example is longer than a row
     */
    public static InstructionSequences of(TokenShards shards, int length, long seed, int endTokens) {
        check(length > 1, "the length of sequences must be 2 or more, got %d", length);
        check(endTokens >= 0, "the number of end tokens must be 0 or positive, got %d", endTokens);
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
        return new InstructionSequences(shards, length, seed, endTokens, Arrays.copyOf(fitting, count));
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
        if (endTokens > 0) {
            filled = endAnswer(document, filled, ids, maskable);
        }
        Arrays.fill(ids, filled, length, shards.manifest().padId());
        Arrays.fill(segments, filled, length, 1);
    }

    /** Puts end tokens in the place of what stands behind the last answer; returns how long the example is then. */
    private int endAnswer(long document, int filled, int[] ids, boolean[] maskable) {
        int end = filled;
        while (end > 0 && !maskable[end - 1]) {
            end--;
        }
        long drawn = (long) (CounterRandom.uniform(endDraws, document) * (endTokens + 1L));
        int to = (int) Math.min(length, end + drawn);
        Arrays.fill(ids, end, to, shards.manifest().eosId());
        Arrays.fill(maskable, end, to, true);
        return to;
    }

    @Override
    public void close() {
        shards.close();
    }
}
