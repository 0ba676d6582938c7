package io.github.coda4j.data;

import io.github.coda4j.text.SplitPattern;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often each piece of text occurs that merges may happen in. It holds a bounded number of distinct pieces: when
 * there are more, those seen least often are forgotten. For one thread.
 */
public final class WordCounts {
    /** Distinct pieces that are kept at least; some 20 MB of code have 200,000. */
    public static final int DEFAULT_CAPACITY = 4_000_000;

    private static final Pattern PIECES = SplitPattern.QWEN2.compile();

    private final Map<String, long[]> counts = new HashMap<>();
    private final int capacity;

    public WordCounts() {
        this(DEFAULT_CAPACITY);
    }

    WordCounts(int capacity) {
        this.capacity = capacity;
    }

    /** Counts the pieces of a text, brought to NFC first as the tokenizer does. */
    public void addText(String text) {
        String normal = Normalizer.isNormalized(text, Normalizer.Form.NFC)
                ? text
                : Normalizer.normalize(text, Normalizer.Form.NFC);
        Matcher matcher = PIECES.matcher(normal);
        while (matcher.find()) {
            add(matcher.group(), 1);
        }
        bound();
    }

    /** Adds the counts of another part of the corpus. */
    public void addAll(WordCounts other) {
        other.counts.forEach((piece, count) -> add(piece, count[0]));
        bound();
    }

    /** Counts a piece so many times more. */
    public void add(String piece, long count) {
        counts.computeIfAbsent(piece, unused -> new long[1])[0] += count;
    }

    private void bound() {
        for (long rare = 1; counts.size() > 2L * capacity; rare *= 2) {
            long limit = rare;
            counts.values().removeIf(count -> count[0] <= limit);
        }
    }

    /** Distinct pieces. */
    public int size() {
        return counts.size();
    }

    /** Gives every piece with its count, in any order. */
    public void forEach(ObjLongConsumer<String> action) {
        counts.forEach((piece, count) -> action.accept(piece, count[0]));
    }
}
