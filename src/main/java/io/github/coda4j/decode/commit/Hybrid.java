package io.github.coda4j.decode.commit;

import java.util.BitSet;
import java.util.List;

/**
 * From left to right as an autoregressive model goes, and in parallel where that is safe: the next masks from the left
 * while their proposals reach their bound, at most so many, and everywhere else every proposal of at least the
 * threshold. Where nothing does, the leftmost mask alone. With a threshold of 1 and {@code next} 1 this is plain
 * left-to-right decoding, but for certain tokens; it is the mixture that CoDA's report names as future work.
 *
 * @param next masks from the left, at least 1
 * @param nextThreshold in [0, 1]
 * @param threshold in [0, 1]
 */
public record Hybrid(int next, double nextThreshold, double threshold) implements StepRule {
    static final PolicyParameter NEXT = new PolicyParameter(
            "next", "N", PolicyParameter.Range.wholeFrom(1), 4, "how many masks are taken from the left at most");

    static final PolicyParameter NEXT_THRESHOLD = new PolicyParameter(
            "next_threshold",
            "P",
            PolicyParameter.Range.between(0, 1),
            0.6,
            "the probability that is enough for a mask that has none to its left");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "hybrid",
            "the next tokens from the left while they are likely, and all others that are probable enough",
            List.of(NEXT, NEXT_THRESHOLD, ConfidenceThreshold.THRESHOLD),
            values -> new Hybrid(
                    values.whole(NEXT), values.number(NEXT_THRESHOLD), values.number(ConfidenceThreshold.THRESHOLD)));

    public Hybrid {
        NEXT.require(next);
        NEXT_THRESHOLD.require(nextThreshold);
        ConfidenceThreshold.THRESHOLD.require(threshold);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        BitSet chosen = new BitSet();
        int taken = 0;
        while (taken < Math.min(next, candidates.size())
                && candidates.get(taken).probability() >= nextThreshold) {
            chosen.set(taken++);
        }
        for (int i = taken; i < candidates.size(); i++) {
            if (candidates.get(i).probability() >= threshold) {
                chosen.set(i);
            }
        }
        if (chosen.isEmpty()) {
            chosen.set(0);
        }
        return chosen.stream().toArray();
    }
}
