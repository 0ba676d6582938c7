package io.github.coda4j.decode.commit;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Every proposal that is more probable than the threshold; where these are fewer than {@link LowConfidence} would
 * commit at the step in numbers for whole blocks, as many as that (SDAR).
 *
 * @param threshold in [0, 1]
 */
public record LowConfidenceDynamic(double threshold) implements CommitPolicy {
    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "low_confidence_dynamic",
            "all tokens that are probable enough, at least as many as low_confidence_static",
            List.of(ConfidenceThreshold.THRESHOLD),
            values -> new LowConfidenceDynamic(values.number(ConfidenceThreshold.THRESHOLD)));

    public LowConfidenceDynamic {
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
    public boolean countsSteps(boolean inBlocks) {
        return true;
    }

    @Override
    public boolean roundsStepsUp() {
        return true;
    }

    @Override
    public Selector selector(BlockContext block) {
        return new LowConfidence.Counted(LowConfidence.Counts.OF_BLOCK.of(block)) {
            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                int[] above = IntStream.range(0, candidates.size())
                        .filter(i -> candidates.get(i).probability() > (float) threshold)
                        .toArray();
                return above.length >= count(step) ? above : mostProbable(step, candidates);
            }
        };
    }
}
