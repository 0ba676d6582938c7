package io.github.coda4j.generate.decision;

import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Need;
import io.github.coda4j.decode.commit.Selector;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Puts yes or no into every mask at once, whichever is more probable; ranks by how much more probable yes is than no,
 * as the difference of their logits.
 */
record YesNo(int yes, int no) implements CommitPolicy {
    @Override
    public String name() {
        return "yes_no";
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PLAIN_PROBABILITIES, Need.NO_MASK_PROPOSALS);
    }

    @Override
    public float confidence(Candidate candidate) {
        return (float) (Math.log(candidate.asked().get(0).probability())
                - Math.log(candidate.asked().get(1).probability()));
    }

    @Override
    public Selector selector(BlockContext block) {
        return new Selector() {
            @Override
            public int[] asked(int step, int position) {
                return new int[] {yes, no};
            }

            @Override
            public List<Candidate> weighed(int step, List<Candidate> candidates) {
                return candidates.stream()
                        .map(one -> {
                            double p = one.asked().get(0).probability();
                            double q = one.asked().get(1).probability();
                            return one.with(p >= q ? yes : no, (float) (Math.max(p, q) / (p + q)));
                        })
                        .toList();
            }

            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                return IntStream.range(0, candidates.size()).toArray();
            }
        };
    }
}
