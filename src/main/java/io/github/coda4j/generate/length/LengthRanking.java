package io.github.coda4j.generate.length;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Which of several answers to a hole is the best: the one that the model finds most likely, as it was decoded and read
 * back; among those about as good as the best one, the document's grammar decides. Log-probabilities are added up and
 * not averaged: a longer answer must earn its tokens.
 */
public final class LengthRanking {
    /** How many nats an answer may lack and still be taken because it parses. */
    public static final double ABOUT_AS_GOOD = 40;

    private LengthRanking() {}

    /**
     * The lengths in the order in which they are worth decoding: in turn the ones that the model is surest of, the ones
     * that it is surest of for their length, and the ones that pads find the most probable. The first are mostly short,
     * the second as often too long; the third are right the most often, but where the model has no answer.
     *
     * @param confidences by length, the mean best probability over the masks of the empty hole
     * @param odds what pads say, if they say anything
     */
    public static List<Integer> worthDecoding(
            Map<Integer, Double> confidences, LengthBias bias, Optional<LengthOdds> odds) {
        List<Integer> plain = sorted(confidences, length -> confidences.get(length));
        List<Integer> calibrated = sorted(confidences, length -> confidences.get(length) / bias.of(length));
        List<Integer> padded = odds.map(own -> own.probable(own.most())).orElse(List.of());
        Set<Integer> order = new LinkedHashSet<>();
        for (int i = 0; i < Math.max(plain.size(), padded.size()); i++) {
            for (List<Integer> own : List.of(plain, calibrated, padded)) {
                own.stream().skip(i).findFirst().ifPresent(order::add);
            }
        }
        return List.copyOf(order);
    }

    private static List<Integer> sorted(Map<Integer, Double> confidences, ToDoubleFunction<Integer> score) {
        return confidences.keySet().stream()
                .sorted(Comparator.comparingDouble(score).reversed().thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** The score of an answer; higher is better. */
    public static double score(Candidate candidate) {
        return candidate.decoded() + candidate.readBack();
    }

    /** The candidates in the order of their scores, the best first; of equals the one with the shorter answer. */
    public static List<Candidate> ranked(List<Candidate> candidates) {
        return candidates.stream()
                .sorted(Comparator.comparingDouble(LengthRanking::score)
                        .reversed()
                        .thenComparingInt(Candidate::length)
                        .thenComparingInt(Candidate::masks))
                .toList();
    }

    /** Those of the ranked ones that are about as good as the first, in order. */
    public static List<Candidate> aboutAsGood(List<Candidate> ranked) {
        double least = score(ranked.getFirst()) - ABOUT_AS_GOOD;
        return ranked.stream().filter(candidate -> score(candidate) >= least).toList();
    }
}
