package io.github.coda4j.decode.commit;

import java.util.Arrays;
import java.util.List;

/**
 * Near a sure token its neighbors need less: proposals of at least the threshold are anchors, a mask at most a radius
 * away from one of this forward's anchors needs the relaxed probability only; without an anchor the best proposal
 * (LocalLeap, arXiv 2510.07081).
 *
 * @param threshold in [0, 1]
 * @param relaxed in [0, 1]
 * @param radius in positions, 0 or more
 */
public record LocalLeap(double threshold, double relaxed, int radius) implements StepRule {
    static final PolicyParameter RELAXED = new PolicyParameter(
            "relaxed",
            "P",
            PolicyParameter.Range.between(0, 1),
            0.75,
            "the probability that is enough near a token of at least the threshold");

    static final PolicyParameter RADIUS = new PolicyParameter(
            "radius", "N", PolicyParameter.Range.wholeFrom(0), 4, "how many positions away is near");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "local_leap",
            "all tokens that are probable enough, less being enough near a sure one",
            List.of(ConfidenceThreshold.THRESHOLD, RELAXED, RADIUS),
            values -> new LocalLeap(
                    values.number(ConfidenceThreshold.THRESHOLD), values.number(RELAXED), values.whole(RADIUS)));

    public LocalLeap {
        ConfidenceThreshold.THRESHOLD.require(threshold);
        RELAXED.require(relaxed);
        RADIUS.require(radius);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        double[] probabilities = Ranking.probabilities(candidates);
        int[] anchors = candidates.stream()
                .filter(candidate -> candidate.probability() >= threshold)
                .mapToInt(Candidate::position)
                .toArray();
        return Ranking.allOrBest(probabilities, i -> {
            int position = candidates.get(i).position();
            boolean near = Arrays.stream(anchors).anyMatch(anchor -> Math.abs(anchor - position) <= radius);
            return probabilities[i] >= (near ? relaxed : threshold);
        });
    }
}
