package io.github.coda4j.generate.length;

import java.util.Comparator;
import java.util.List;

/**
 * Which of several answers to a hole is the best: the one that the model finds most likely, as it was decoded and read
 * back; among those about as good as the best one, the document's grammar decides. Log-probabilities are added up and
 * not averaged: a longer answer must earn its tokens.
 */
public final class LengthRanking {
    /** How many nats an answer may lack and still be taken because it parses. */
    public static final double ABOUT_AS_GOOD = 4;

    /** The power of the bias by which the confidence in an empty hole is divided: 1 would prefer no length. */
    private static final double BIAS_WEIGHT = 0.5;

    private LengthRanking() {}

    /**
     * How good a length looks before anything is decoded; higher is better.
     *
     * @param confidence the mean best probability over the masks of the empty hole
     */
    public static double promise(double confidence, int length, LengthBias bias) {
        return confidence / Math.pow(bias.of(length), BIAS_WEIGHT);
    }

    /** The score of an answer; higher is better. */
    public static double score(Candidate candidate) {
        return candidate.decoded() + candidate.readBack();
    }

    /** The candidates in the order of their scores, the best first; of equals the shorter one. */
    public static List<Candidate> ranked(List<Candidate> candidates) {
        return candidates.stream()
                .sorted(Comparator.comparingDouble(LengthRanking::score)
                        .reversed()
                        .thenComparingInt(Candidate::length))
                .toList();
    }

    /** Those of the ranked ones that are about as good as the first, in order. */
    public static List<Candidate> aboutAsGood(List<Candidate> ranked) {
        double least = score(ranked.getFirst()) - ABOUT_AS_GOOD;
        return ranked.stream().filter(candidate -> score(candidate) >= least).toList();
    }
}
