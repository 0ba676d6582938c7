package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Instructions with answers, one example per row, or as many as fit. Only answers may be masked; each example is a
 * segment, and the rest of the row is filled with the pad token, which is one of its own. Examples that are longer than
 * a row are left out and counted, never cut.
 *
 * <p>With end tokens, what stands behind an example's last answer is replaced by a number of them, which may be masked
 * too. Without, the place of an answer's end is in sight, which it is not where an answer is generated.
 */
public final class InstructionSequences implements SequenceSource {
    /** Tells these draws from those that shuffle, whose keys count epochs. */
    private static final long END_DRAWS = -1;

    private static final long PACKING = -2;

    private final TokenShards shards;
    private final int length;
    private final ShuffledRows rows;
    private final long[] documents;
    /** Row i has the documents [firsts[i], firsts[i + 1]). */
    private final int[] firsts;

    private final int endTokens;
    private final long endDraws;

    private InstructionSequences(
            TokenShards shards, int length, long seed, int endTokens, boolean packed, long[] documents) {
        this.shards = shards;
        this.length = length;
        this.rows = new ShuffledRows(seed, length);
        this.documents = documents;
        this.endTokens = endTokens;
        this.endDraws = CounterRandom.key(seed, END_DRAWS);
        this.firsts = packed
                ? packed(seed)
                : IntStream.rangeClosed(0, documents.length).toArray();
    }

    /** Puts the documents into an order that the seed says and cuts it into rows, each as full as the next one lets. */
    private int[] packed(long seed) {
        KeyedPermutation order = new KeyedPermutation(CounterRandom.key(seed, PACKING), documents.length);
        long[] stored = documents.clone();
        int[] starts = new int[documents.length + 1];
        int count = 0;
        int filled = length;
        for (int i = 0; i < documents.length; i++) {
            documents[i] = stored[(int) order.at(i)];
            int size = size(documents[i]);
            if (filled + size > length) {
                starts[count++] = i;
                filled = 0;
            }
            filled += size;
        }
        starts[count] = documents.length;
        return Arrays.copyOf(starts, count + 1);
    }

    /** Positions that an example takes, of its end tokens those that fit into a row with nothing else. */
    private int size(long document) {
        int tokens = (int) (shards.documentEnd(document) - shards.documentStart(document));
        if (endTokens == 0) {
            return tokens;
        }
        boolean[] answers = new boolean[length];
        shards.copyAnswers(document, answers);
        return endOf(document, endOfAnswer(answers, tokens));
    }

    /** One example per row, without end tokens behind answers. */
    public static InstructionSequences of(TokenShards shards, int length, long seed) {
        return of(shards, length, seed, 0, false);
    }

    /**
     * Rows of the examples of shards, which are closed with the sequences.
     *
     * @param length T, positions per row, at least 2
     * @param seed of the order of each epoch, and of how many end tokens an example gets
     * @param endTokens how many end tokens stand behind an answer at most; each example's number is drawn evenly from 0
     *     to that, the same in every epoch, and is cut off where the row ends
     * @param packed whether a row holds as many examples as fit, the same ones together in every epoch, or one
     * @throws CodaException when the shards hold text, or every example is longer than a row
     */
    public static InstructionSequences of(TokenShards shards, int length, long seed, int endTokens, boolean packed) {
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
        return new InstructionSequences(shards, length, seed, endTokens, packed, Arrays.copyOf(fitting, count));
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
        return firsts.length - 1;
    }

    @Override
    public PackedBatch read(long position, int count) {
        return rows.read(numSequences(), position, count, this::fill);
    }

    private void fill(long sequence, int[] ids, int[] segments, boolean[] maskable) {
        int filled = 0;
        int segment = 0;
        for (int i = firsts[(int) sequence]; i < firsts[(int) sequence + 1]; i++) {
            int[] ownIds = new int[length];
            boolean[] ownMaskable = new boolean[length];
            int size = example(documents[i], ownIds, ownMaskable);
            System.arraycopy(ownIds, 0, ids, filled, size);
            System.arraycopy(ownMaskable, 0, maskable, filled, size);
            Arrays.fill(segments, filled, filled + size, segment++);
            filled += size;
        }
        Arrays.fill(ids, filled, length, shards.manifest().padId());
        Arrays.fill(segments, filled, length, segment);
    }

    /** Puts an example at the beginning of a row of its own; returns how long it is. */
    private int example(long document, int[] ids, boolean[] maskable) {
        long start = shards.documentStart(document);
        int tokens = (int) (shards.documentEnd(document) - start);
        shards.copyIds(start, tokens, ids);
        shards.copyAnswers(document, maskable);
        if (endTokens == 0) {
            return tokens;
        }
        int end = endOfAnswer(maskable, tokens);
        int to = endOf(document, end);
        Arrays.fill(ids, end, to, shards.manifest().eosId());
        Arrays.fill(maskable, end, to, true);
        return to;
    }

    private static int endOfAnswer(boolean[] maskable, int tokens) {
        int end = tokens;
        while (end > 0 && !maskable[end - 1]) {
            end--;
        }
        return end;
    }

    /** Where an example's end tokens end, which take the place of what stands behind its last answer. */
    private int endOf(long document, int endOfAnswer) {
        long drawn = (long) (CounterRandom.uniform(endDraws, document) * (endTokens + 1L));
        return (int) Math.min(length, endOfAnswer + drawn);
    }

    @Override
    public void close() {
        shards.close();
    }
}
