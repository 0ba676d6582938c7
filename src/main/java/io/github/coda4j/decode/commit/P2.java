package io.github.coda4j.decode.commit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Path planning: after each step those positions of the block are masks whose rows are least sure of their best token,
 * filled ones included, and all others are filled (P2, Peng et al. 2025, as in Open-dLLM). Of n positions the integer
 * part of n (steps - i - 1) / steps are masks after step i, from 0. A step may change nothing; the last one fills all.
 * At a temperature a row is as sure as of the token that it draws anew.
 */
public record P2() implements CommitPolicy {
    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "p2",
            "as many steps as are asked for, each of which masks the least sure positions again, filled ones too",
            List.of(),
            _ -> new P2());

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PROPOSED_STARTS, Need.NO_MASK_PROPOSALS);
    }

    @Override
    public boolean countsSteps(boolean inBlocks) {
        return true;
    }

    @Override
    public boolean remasks() {
        return true;
    }

    @Override
    public Selector selector(BlockContext block) {
        return new Planning(block.steps());
    }

    private static final class Planning implements Selector {
        private final int steps;
        private List<Candidate> filled = List.of();
        /** Positions that are masks after the step. */
        private final Set<Integer> least = new HashSet<>();

        Planning(int steps) {
            this.steps = steps;
        }

        @Override
        public int[] watched(int step, int[] committed) {
            filled = List.of();
            return committed;
        }

        @Override
        public void seen(int step, List<Candidate> committed) {
            filled = committed;
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            List<Candidate> all = new ArrayList<>(candidates);
            all.addAll(filled);
            least.clear();
            all.stream()
                    .sorted(Comparator.comparingDouble(Candidate::probability).thenComparingInt(Candidate::position))
                    .limit((long) all.size() * Math.max(0, steps - step - 1) / steps)
                    .forEach(candidate -> least.add(candidate.position()));
            return IntStream.range(0, candidates.size())
                    .filter(i -> !least.contains(candidates.get(i).position()))
                    .toArray();
        }

        @Override
        public int[] revoked(int step, List<Candidate> made) {
            return filled.stream()
                    .mapToInt(Candidate::position)
                    .filter(least::contains)
                    .toArray();
        }
    }
}
