package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What a model writes freely: how much of it repeats itself, and what of it stands in the training data. */
public final class FreeTexts {
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private FreeTexts() {}

    /**
     * What was counted.
     *
     * @param texts how many have a token
     * @param tokens of all
     * @param runs of so many tokens that are looked at for repetition
     * @param repeated the share of such runs that stood before in the same text, in [0, 1]; 0 where there are none
     * @param least tokens of a copy
     * @param copied texts that hold so many tokens in a row of a training document
     * @param longest tokens of the longest such run; 0 without one
     */
    public record Report(int texts, long tokens, int runs, double repeated, int least, int copied, int longest) {}

    /**
     * Counts.
     *
     * @param texts tokens of each, without what was given
     * @param training documents that may have been copied, of which each is looked at once
     * @param runs at least 1
     * @param least at least 2
     */
    public static Report report(List<int[]> texts, Stream<int[]> training, int runs, int least) {
        check(runs >= 1 && least >= 2, "runs need 1 token or more and copies 2, got %d and %d", runs, least);
        List<int[]> written = texts.stream().filter(text -> text.length > 0).toList();
        long all = 0;
        long again = 0;
        for (int[] text : written) {
            Set<List<Integer>> seen = new HashSet<>();
            for (int i = 0; i + runs <= text.length; i++) {
                all++;
                again += seen.add(Arrays.stream(text, i, i + runs).boxed().toList()) ? 0 : 1;
            }
        }
        int[] copies = longestCopies(written, training, least);
        return new Report(
                written.size(),
                written.stream().mapToLong(text -> text.length).sum(),
                runs,
                all == 0 ? 0 : (double) again / all,
                least,
                (int) Arrays.stream(copies).filter(length -> length > 0).count(),
                Arrays.stream(copies).max().orElse(0));
    }

    private record Place(int text, int from) {}

    /** For each text the tokens of its longest run that a training document has, or 0 when it is shorter. */
    private static int[] longestCopies(List<int[]> texts, Stream<int[]> training, int least) {
        Map<Long, List<Place>> places = new HashMap<>();
        for (int t = 0; t < texts.size(); t++) {
            long[] hashes = hashes(texts.get(t), least);
            for (int i = 0; i < hashes.length; i++) {
                places.computeIfAbsent(hashes[i], _ -> new ArrayList<>()).add(new Place(t, i));
            }
        }
        int[] longest = new int[texts.size()];
        training.forEach(document -> {
            long[] hashes = hashes(document, least);
            for (int i = 0; i < hashes.length; i++) {
                for (Place place : places.getOrDefault(hashes[i], List.of())) {
                    int length = common(texts.get(place.text), place.from, document, i);
                    if (length >= least) {
                        longest[place.text] = Math.max(longest[place.text], length);
                    }
                }
            }
        });
        return longest;
    }

    private static int common(int[] a, int fromA, int[] b, int fromB) {
        int end = Arrays.mismatch(a, fromA, a.length, b, fromB, b.length);
        return end < 0 ? a.length - fromA : end;
    }

    /** Of every run of so many tokens: a polynomial, rolled on from token to token. */
    private static long[] hashes(int[] tokens, int length) {
        if (tokens.length < length) {
            return new long[0];
        }
        long last = 1;
        for (int i = 1; i < length; i++) {
            last *= FACTOR;
        }
        long[] hashes = new long[tokens.length - length + 1];
        long hash = 0;
        for (int i = 0; i < tokens.length; i++) {
            if (i >= length) {
                hash -= last * (tokens[i - length] + 1);
            }
            hash = hash * FACTOR + tokens[i] + 1;
            if (i >= length - 1) {
                hashes[i - length + 1] = hash;
            }
        }
        return hashes;
    }
}
