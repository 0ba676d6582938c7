package io.github.coda4j.decode.commit;

import io.github.coda4j.diffusion.Block;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Parts of a block are filled from left to right, each by every proposal that is more probable than the threshold and
 * always the best one (Fast-dLLM v2, Wu et al. 2025).
 *
 * @param small positions of a part, counted from the start of the block, at least 1
 * @param threshold in [0, 1]
 */
public record SubBlocks(int small, double threshold) implements CommitPolicy {
    static final PolicyParameter SMALL = new PolicyParameter(
            "small_block",
            "N",
            PolicyParameter.Range.wholeFrom(1),
            8,
            "positions of the parts of a block that are filled one after another");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "sub_blocks",
            "all tokens of a part of the block that are probable enough, part after part",
            List.of(SMALL, ConfidenceThreshold.THRESHOLD),
            values -> new SubBlocks(values.whole(SMALL), values.number(ConfidenceThreshold.THRESHOLD)));

    public SubBlocks {
        SMALL.require(small);
        ConfidenceThreshold.THRESHOLD.require(threshold);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PROPOSED_STARTS, Need.NO_MASK_PROPOSALS);
    }

    @Override
    public Selector selector(BlockContext context) {
        Block block = context.block();
        return new Selector() {
            @Override
            public int[] wanted(int step, int[] masked) {
                int part = part(masked[0]);
                return Arrays.stream(masked)
                        .takeWhile(position -> part(position) == part)
                        .toArray();
            }

            private int part(int position) {
                return (position - block.start()) / small;
            }

            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                double[] scores = Ranking.probabilities(candidates);
                return Ranking.allOrBest(scores, i -> scores[i] > (float) threshold);
            }
        };
    }
}
