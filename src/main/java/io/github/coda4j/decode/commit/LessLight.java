package io.github.coda4j.decode.commit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every proposal of at least the threshold, and those less probable that stayed the same token for some forwards;
 * otherwise the best. The part of LESS (arXiv 2606.16908) that needs tokens only: a refreshed cache changes
 * distributions, not which tokens were proposed before.
 *
 * @param stable probability that is enough for an unchanged proposal, in [0, 1]
 * @param threshold in [0, 1]
 * @param history forwards in a row that propose the same token, this one counted, at least 1
 */
public record LessLight(double stable, double threshold, int history) implements CommitPolicy {
    static final PolicyParameter STABLE = new PolicyParameter(
            "stable_threshold",
            "P",
            PolicyParameter.Range.between(0, 1),
            0.8,
            "the probability that is enough for a proposal that stayed the same");

    static final PolicyParameter HISTORY = new PolicyParameter(
            "history",
            "N",
            PolicyParameter.Range.wholeFrom(1),
            2,
            "forwards in a row that must propose the same token, this one counted");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "less_light",
            "all tokens that are probable enough, less being enough for one that stayed the same",
            List.of(STABLE, ConfidenceThreshold.THRESHOLD, HISTORY),
            values -> new LessLight(
                    values.number(STABLE), values.number(ConfidenceThreshold.THRESHOLD), values.whole(HISTORY)));

    public LessLight {
        STABLE.require(stable);
        ConfidenceThreshold.THRESHOLD.require(threshold);
        HISTORY.require(history);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.PLAIN_PROBABILITIES);
    }

    @Override
    public Selector selector(BlockContext block) {
        Map<Integer, Run> runs = new HashMap<>();
        return (_, candidates) -> {
            for (Candidate candidate : candidates) {
                runs.merge(candidate.position(), new Run(candidate.token(), 1), Run::then);
            }
            return Ranking.allOrBest(
                    Ranking.probabilities(candidates),
                    i -> isReady(candidates.get(i), runs.get(candidates.get(i).position())));
        };
    }

    private boolean isReady(Candidate candidate, Run run) {
        return candidate.probability() >= threshold || (candidate.probability() >= stable && run.length() >= history);
    }

    /** How many forwards in a row proposed the token. */
    private record Run(int token, int length) {
        Run then(Run next) {
            return token == next.token ? new Run(token, length + 1) : next;
        }
    }
}
