package io.github.coda4j.decode.commit;

import java.util.BitSet;
import java.util.List;

/**
 * One anchor for each gap: the best proposal of every run of neighboring masks if it is more probable than the anchor's
 * bound, every proposal above the threshold, and the best of all. Tokens that are far apart depend less on each other,
 * and each anchor halves a gap (dInfer's hierarchical decoding, Ma et al. 2025). Both bounds are strict; of equals the
 * leftmost is the best.
 *
 * @param anchor in [0, 1]
 * @param threshold in [0, 1]
 */
public record Hierarchy(double anchor, double threshold) implements StepRule {
    static final PolicyParameter ANCHOR = new PolicyParameter(
            "anchor",
            "P",
            PolicyParameter.Range.between(0, 1),
            0.4,
            "commit the best proposal of each run of masks that is more probable than this");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "hierarchy",
            "one token in each gap, which halves it, and all that are probable enough",
            List.of(ANCHOR, ConfidenceThreshold.THRESHOLD),
            values -> new Hierarchy(values.number(ANCHOR), values.number(ConfidenceThreshold.THRESHOLD)));

    public Hierarchy {
        ANCHOR.require(anchor);
        ConfidenceThreshold.THRESHOLD.require(threshold);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        double[] probabilities = Ranking.probabilities(candidates);
        BitSet chosen = new BitSet();
        chosen.set(Ranking.best(probabilities, 1)[0]);
        int best = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (startsRun(candidates, i) || probabilities[i] > probabilities[best]) {
                best = i;
            }
            if (startsRun(candidates, i + 1) && probabilities[best] > anchor) {
                chosen.set(best);
            }
            if (probabilities[i] > threshold) {
                chosen.set(i);
            }
        }
        return chosen.stream().toArray();
    }

    /** Whether no mask stands directly before the candidate, as behind the last one. */
    private static boolean startsRun(List<Candidate> candidates, int index) {
        return index == 0
                || index == candidates.size()
                || candidates.get(index).position() != candidates.get(index - 1).position() + 1;
    }
}
