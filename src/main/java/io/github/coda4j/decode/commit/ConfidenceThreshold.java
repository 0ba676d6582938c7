package io.github.coda4j.decode.commit;

import java.util.Arrays;
import java.util.List;

/**
 * Every proposal whose probability is at least the threshold, and always the best one (Fast-dLLM, Wu et al. 2025). With
 * blocks this goes on until the block is full, however many forwards it takes: the number of steps plays no part.
 * Without blocks each step looks at its even share of the positions plus those left over from the step before, most
 * confident first; when some are left over after the last step, steps are added.
 *
 * @param threshold in [0, 1]
 */
public record ConfidenceThreshold(double threshold) implements CommitPolicy {
    /** {@code threshold}. */
    public static final PolicyParameter THRESHOLD = new PolicyParameter(
            "threshold",
            "P",
            PolicyParameter.Range.between(0, 1),
            0.9,
            "commit every proposal of at least this probability");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "confidence_threshold",
            "all tokens that are probable enough, so that easy text takes few forwards",
            List.of(THRESHOLD),
            values -> new ConfidenceThreshold(values.number(THRESHOLD)));

    public ConfidenceThreshold {
        THRESHOLD.require(threshold);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public boolean countsSteps(boolean inBlocks) {
        return !inBlocks;
    }

    @Override
    public Selector selector(BlockContext block) {
        return block.inBlocks()
                ? (_, candidates) -> best(candidates, candidates.size())
                : new Shares(block.steps(), block.numMasked());
    }

    /** Indexes of those of the best candidates that reach the threshold, at least of the best one. */
    private int[] best(List<Candidate> candidates, int most) {
        int[] best = Ranking.best(
                candidates.stream().mapToDouble(Candidate::probability).toArray(), most);
        int count = 1;
        while (count < most && candidates.get(best[count]).probability() >= (float) threshold) {
            count++;
        }
        return Arrays.copyOf(best, Math.min(count, most));
    }

    /** Without blocks: each step looks at its share of the masks and at what earlier steps left over. */
    private final class Shares implements Selector {
        private final int plannedSteps;
        private final int numMasked;
        private int leftOver;

        Shares(int plannedSteps, int numMasked) {
            this.plannedSteps = plannedSteps;
            this.numMasked = numMasked;
        }

        @Override
        public boolean finished(int step, int stillMasked) {
            return step >= plannedSteps && (leftOver == 0 || stillMasked == 0);
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            return looksAt(step) > 0 ? masked : NOTHING;
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            int most = Math.min(looksAt(step), candidates.size());
            int[] chosen = best(candidates, most);
            leftOver = most - chosen.length;
            return chosen;
        }

        private int looksAt(int step) {
            return leftOver + (step < plannedSteps ? share(step + 1) - share(step) : 0);
        }

        private int share(int step) {
            return (int) ((long) numMasked * step / plannedSteps);
        }
    }
}
