package io.github.coda4j.decode.commit;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The most probable tokens first, in numbers that are fixed when the block is entered (LLaDA's low-confidence
 * re-masking, Nie et al. 2025). Each block has its share of the steps, rounded up; a step whose number is 0 runs
 * nothing. At a temperature tokens are drawn, and how probable they are is said by the distribution that they are drawn
 * from, as SDAR and dllm do.
 *
 * @param counts how many a step commits
 */
public record LowConfidence(Counts counts) implements CommitPolicy {
    /** How the masks of a block are shared by its steps. */
    public enum Counts {
        /** Evenly, the first steps one more: 16 masks in 5 steps are 4, 3, 3, 3, 3. */
        EVEN,
        /** Masks left over steps left, halves to the even number (dllm): 3, 3, 3, 4, 3. */
        ROUNDED,
        /** As evenly, of all positions of the block, given ones too (SDAR), until it is full. */
        OF_BLOCK;

        /** The number of each step. */
        int[] of(BlockContext block) {
            return switch (this) {
                case EVEN -> even(block.numMasked(), block.steps());
                case ROUNDED -> rounded(block.numMasked(), block.steps());
                case OF_BLOCK -> even(block.block().length(), block.steps());
            };
        }
    }

    static final CommitPolicyFactory EVEN =
            factory("low_confidence", "the most probable tokens first, as many at each step of a block", Counts.EVEN);
    static final CommitPolicyFactory ROUNDED = factory(
            "low_confidence_rounded",
            "as low_confidence, each step the rounded share of what is left (dllm's numbers)",
            Counts.ROUNDED);
    static final CommitPolicyFactory STATIC = factory(
            "low_confidence_static",
            "as low_confidence, in numbers for whole blocks, also where a block begins with given tokens (SDAR's)",
            Counts.OF_BLOCK);

    private static CommitPolicyFactory factory(String name, String summary, Counts counts) {
        return new BuiltIn(name, summary, List.of(), _ -> new LowConfidence(counts));
    }

    @Override
    public String name() {
        return switch (counts) {
            case EVEN -> EVEN.name();
            case ROUNDED -> ROUNDED.name();
            case OF_BLOCK -> STATIC.name();
        };
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
    public boolean roundsStepsUp() {
        return true;
    }

    @Override
    public Selector selector(BlockContext block) {
        return new Counted(counts.of(block)) {
            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                return mostProbable(step, candidates);
            }
        };
    }

    /** Each of the steps has a number of tokens; one whose number is 0 needs no forward. */
    abstract static class Counted implements Selector {
        private final int[] counts;

        Counted(int[] counts) {
            this.counts = counts;
        }

        final int count(int step) {
            return counts[step];
        }

        /** Indexes of the step's number of candidates. */
        final int[] mostProbable(int step, List<Candidate> candidates) {
            return Ranking.best(Ranking.probabilities(candidates), count(step));
        }

        @Override
        public final boolean finished(int step, int numMasked) {
            return numMasked == 0 || step >= counts.length;
        }

        @Override
        public final int[] wanted(int step, int[] masked) {
            return counts[step] > 0 ? masked : NOTHING;
        }
    }

    /** So many tokens over so many steps, the first ones one more. */
    static int[] even(int tokens, int steps) {
        int[] counts = new int[steps];
        for (int i = 0; i < steps; i++) {
            counts[i] = tokens / steps + (i < tokens % steps ? 1 : 0);
        }
        return counts;
    }

    /** The rounded share of what is left at each step, halves to the even number. */
    static int[] rounded(int tokens, int steps) {
        int[] counts = new int[steps];
        int left = tokens;
        for (int i = 0; i < steps; i++) {
            counts[i] = (int) Math.rint((double) left / (steps - i));
            left -= counts[i];
        }
        return counts;
    }
}
