package io.github.coda4j.generate.length;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known about the length of one hole before anything of it is decoded, and which lengths are looked at next.
 */
public final class LengthProbe {
    /** The masks of holes with a pad behind them that are looked at. */
    public static final List<Integer> CEILINGS = List.of(2, 3, 4, 6, 8, 12, 16, 24);

    private final LengthClimb climb;
    private final LengthBias bias;
    private final int max;
    /** How sure the model is of the empty hole, by length. */
    private final Map<Integer, Double> confidences = new HashMap<>();
    /** How probable the pad is all along the hole, by ceiling. */
    private final SortedMap<Integer, double[]> pads = new TreeMap<>();

    private boolean searches = true;

    /**
     * A hole that nothing is known of.
     *
     * @param climb what looks for its best length
     * @param max its longest length
     */
    public LengthProbe(LengthClimb climb, LengthBias bias, int max) {
        this.climb = climb;
        this.bias = bias;
        this.max = max;
    }

    /**
     * The ceilings of which pads say something about the hole.
     *
     * @param most up to which a checkpoint's pads say how long a hole is
     */
    public List<Integer> ceilings(int most) {
        return CEILINGS.stream().filter(masks -> masks <= Math.min(most, max)).toList();
    }

    /** Leaves it to pads, of which something will be known. */
    public void leaveToPads() {
        searches = false;
    }

    /** The lengths of which the confidence is wanted next; none when the search is over. */
    public List<Integer> wanted() {
        if (!searches) {
            return List.of();
        }
        List<Integer> wanted = climb.wanted();
        while (!wanted.isEmpty() && confidences.keySet().containsAll(wanted)) {
            climb.answer(wanted.stream()
                    .map(length -> confidences.get(length) / bias.of(length))
                    .toList());
            wanted = climb.wanted();
        }
        return wanted.stream()
                .filter(length -> !confidences.containsKey(length))
                .toList();
    }

    /** Takes the mean best probability over the masks of the empty hole. */
    public void sure(int length, double confidence) {
        confidences.put(length, confidence);
    }

    /** Takes the probability of the pad at each mask of a hole with a pad behind it. */
    public void padded(double[] probabilities) {
        pads.put(probabilities.length, probabilities);
    }

    /** The length that the model is surest of for its length, so far. */
    public OptionalInt best() {
        return climb.probed().isEmpty() ? OptionalInt.empty() : OptionalInt.of(climb.best());
    }

    /** The lengths in the order in which they are worth decoding. */
    public List<Integer> worthDecoding() {
        if (!searches) {
            return LengthOdds.of(pads).probable(max);
        }
        return LengthRanking.worthDecoding(
                confidences, bias, pads.isEmpty() ? Optional.empty() : Optional.of(LengthOdds.of(pads)));
    }

    /** How many lengths were looked at, one by one or all up to a ceiling. */
    public int tried() {
        int ceiling = pads.isEmpty() ? 0 : pads.lastKey();
        return ceiling
                + (int) confidences.keySet().stream()
                        .filter(length -> length > ceiling)
                        .count();
    }
}
