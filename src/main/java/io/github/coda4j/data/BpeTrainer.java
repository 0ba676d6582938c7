package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Byte-level byte-pair encoding (Sennrich, Haddow, Birch 2016): starting from the 256 bytes, the pair of neighbouring
 * tokens that occurs most often becomes a token, again and again. Of equal pairs the one with the smaller ids comes
 * first, so that the result depends on the counts alone.
 *
 * <p>A pair that would make the same bytes as an earlier token is passed over: every token is then made by exactly one
 * merge, and a merge's rank can be read off the id of its token.
 */
public final class BpeTrainer {
    /** The 256 bytes. */
    static final int NUM_BYTES = 256;

    private static final long LEAST_COUNT = 2;

    private final int[][] words;
    private final long[] counts;
    private final List<byte[]> tokens = new ArrayList<>();
    private final List<Merge> merges = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();

    /** Two tokens, 0 to 255 for the bytes and from 256 on in the order of the merges, that become the next token. */
    public record Merge(int left, int right) {}

    /**
     * What training found.
     *
     * @param tokens the 256 bytes, then {@code tokens().get(256 + i)} made by {@code merges().get(i)}
     * @param merges in the order in which they were found
     * @param corpusBytes bytes that were counted
     * @param corpusTokens how many tokens they become
     */
    public record Result(List<byte[]> tokens, List<Merge> merges, long corpusBytes, long corpusTokens) {
        public Result {
            tokens = List.copyOf(tokens);
            merges = List.copyOf(merges);
        }
    }

    /** A pair of neighbours: its count in all words, and the words that hold it or once held it. */
    private static final class Pair {
        private final int left;
        private final int right;
        private long count;
        private int[] where = new int[2];
        private int numWhere;

        Pair(int left, int right) {
            this.left = left;
            this.right = right;
        }

        void addWord(int word) {
            if (numWhere > 0 && where[numWhere - 1] == word) {
                return;
            }
            if (numWhere == where.length) {
                where = Arrays.copyOf(where, 2 * numWhere);
            }
            where[numWhere++] = word;
        }
    }

    /** A pair with the count it had when it was queued; counts only fall afterwards. */
    private record Entry(long count, Pair pair) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byCount = Long.compare(other.count, count);
            if (byCount != 0) {
                return byCount;
            }
            int byLeft = Integer.compare(pair.left, other.pair.left);
            return byLeft != 0 ? byLeft : Integer.compare(pair.right, other.pair.right);
        }
    }

    private BpeTrainer(WordCounts wordCounts) {
        words = new int[wordCounts.size()][];
        counts = new long[words.length];
        int[] next = {0};
        wordCounts.forEach((piece, count) -> {
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            int[] word = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                word[i] = bytes[i] & 0xFF;
            }
            words[next[0]] = word;
            counts[next[0]++] = count;
        });
        for (int b = 0; b < NUM_BYTES; b++) {
            addToken(new byte[] {(byte) b});
        }
    }

    /**
     * Trains.
     *
     * @param maxMerges how many tokens are wanted beyond the 256 bytes, at least 0; fewer are found when no pair occurs
     *     twice any more
     */
    public static Result train(WordCounts wordCounts, int maxMerges) {
        check(maxMerges >= 0, "the number of merges must be 0 or more, got %d", maxMerges);
        BpeTrainer trainer = new BpeTrainer(wordCounts);
        long bytes = trainer.numSymbols();
        trainer.countPairs();
        trainer.merge(maxMerges);
        return new Result(trainer.tokens, trainer.merges, bytes, trainer.numSymbols());
    }

    private long numSymbols() {
        long sum = 0;
        for (int w = 0; w < words.length; w++) {
            sum += counts[w] * words[w].length;
        }
        return sum;
    }

    private void addToken(byte[] bytes) {
        tokens.add(bytes);
        known.add(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private void countPairs() {
        for (int w = 0; w < words.length; w++) {
            int[] word = words[w];
            for (int i = 0; i + 1 < word.length; i++) {
                Pair pair = pair(word[i], word[i + 1]);
                pair.count += counts[w];
                pair.addWord(w);
            }
        }
        pairs.values().forEach(pair -> queue.add(new Entry(pair.count, pair)));
    }

    private Pair pair(int left, int right) {
        return pairs.computeIfAbsent(key(left, right), unused -> new Pair(left, right));
    }

    private static long key(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    private void merge(int maxMerges) {
        while (merges.size() < maxMerges && !queue.isEmpty()) {
            Entry top = queue.poll();
            Pair pair = top.pair;
            if (pair.count < LEAST_COUNT) {
                continue;
            }
            if (pair.count != top.count) {
                queue.add(new Entry(pair.count, pair));
                continue;
            }
            byte[] made = joined(tokens.get(pair.left), tokens.get(pair.right));
            if (!known.contains(new String(made, StandardCharsets.ISO_8859_1))) {
                int token = tokens.size();
                addToken(made);
                merges.add(new Merge(pair.left, pair.right));
                apply(pair, token);
            }
        }
    }

    private static byte[] joined(byte[] left, byte[] right) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(left.length + right.length);
        out.writeBytes(left);
        out.writeBytes(right);
        return out.toByteArray();
    }

    /** Puts the token in place of its pair in every word, and keeps the counts of the pairs around it. */
    private void apply(Pair merged, int token) {
        List<Pair> fresh = new ArrayList<>();
        for (int i = 0; i < merged.numWhere; i++) {
            applyToWord(merged, token, merged.where[i], fresh);
        }
        fresh.forEach(pair -> queue.add(new Entry(pair.count, pair)));
        pairs.remove(key(merged.left, merged.right));
        merged.where = new int[0];
        merged.numWhere = 0;
        merged.count = 0;
    }

    private void applyToWord(Pair merged, int token, int w, List<Pair> fresh) {
        int[] word = words[w];
        long count = counts[w];
        int length = 0;
        for (int i = 0; i < word.length; i++) {
            boolean here = i + 1 < word.length && word[i] == merged.left && word[i + 1] == merged.right;
            if (!here) {
                word[length++] = word[i];
                continue;
            }
            if (length > 0) {
                fall(word[length - 1], merged.left, count);
                rise(word[length - 1], token, count, w, fresh);
            }
            if (i + 2 < word.length) {
                fall(merged.right, word[i + 2], count);
                rise(token, word[i + 2], count, w, fresh);
            }
            word[length++] = token;
            i++;
        }
        if (length < word.length) {
            words[w] = Arrays.copyOf(word, length);
        }
    }

    private void fall(int left, int right, long count) {
        pair(left, right).count -= count;
    }

    private void rise(int left, int right, long count, int word, List<Pair> fresh) {
        Pair pair = pair(left, right);
        if (pair.numWhere == 0) {
            fresh.add(pair);
        }
        pair.count += count;
        pair.addWord(word);
    }
}
