package com.example;

import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.CommitPolicyFactory;
import io.github.coda4j.decode.commit.PolicyParameter;
import io.github.coda4j.decode.commit.PolicyParameter.Range;
import io.github.coda4j.decode.commit.PolicyValues;
import io.github.coda4j.decode.commit.Ranking;
import io.github.coda4j.decode.commit.Selector;
import java.util.Arrays;
import java.util.List;

/**
 * A commit policy that fills holes from their edges: each forward commits masks beside known tokens, the most probable
 * ones first. {@code coda infill --alg com.example.OutsideIn --alg-param most=3 ...} takes it.
 */
public final class OutsideIn implements CommitPolicyFactory {
    private static final PolicyParameter MOST =
            new PolicyParameter("most", "N", Range.wholeFrom(1), 2, "commit at most so many tokens in a forward");

    @Override
    public String summary() {
        return "tokens beside known ones first";
    }

    @Override
    public List<PolicyParameter> parameters() {
        return List.of(MOST);
    }

    @Override
    public CommitPolicy create(PolicyValues values) {
        return new Policy(values.whole(MOST));
    }

    private record Policy(int most) implements CommitPolicy {
        @Override
        public String name() {
            return OutsideIn.class.getName();
        }

        /** One more than the probability beside a known token, so that these come first. */
        private double score(Candidate candidate, BlockContext block) {
            return candidate.probability()
                    + (isKnown(candidate.position() - 1, block) || isKnown(candidate.position() + 1, block) ? 1 : 0);
        }

        private static boolean isKnown(int position, BlockContext block) {
            return position >= 0 && position < block.canvasLength() && !block.masked().test(position);
        }

        @Override
        public Selector selector(BlockContext block) {
            return (step, candidates) -> {
                double[] scores = candidates.stream()
                        .mapToDouble(candidate -> score(candidate, block))
                        .toArray();
                int atEdges = (int) Arrays.stream(scores).filter(score -> score >= 1).count();
                return Ranking.best(scores, Math.clamp(atEdges, 1, most));
            };
        }
    }
}
