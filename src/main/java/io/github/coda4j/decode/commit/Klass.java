package io.github.coda4j.decode.commit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every proposal that is probable and whose distribution has hardly changed over the last forwards; otherwise the most
 * probable (KLASS, Kim et al. 2025). Changed is the Kullback-Leibler divergence from the forward before, over its best
 * {@value #BEST} tokens, each by itself where both forwards tell it, and the rest as one: a lower bound of the whole,
 * and the whole where the vocabulary is no larger. The row before the first is zero, so that nothing is ready before
 * forward {@code history + 1} of a block. Where a forward sees other stored keys and values than the one before, the
 * count begins anew: the cache's error would look like instability.
 *
 * @param stable the probability that a stable proposal needs, in [0, 1]
 * @param kl nats below which a change is small, positive
 * @param history changes in a row that must be small, at least 1
 */
public record Klass(double stable, double kl, int history) implements CommitPolicy {
    static final PolicyParameter STABLE = new PolicyParameter(
            "stable_threshold",
            "P",
            PolicyParameter.Range.between(0, 1),
            0.9,
            "the probability that a proposal needs whose distribution stayed the same");

    static final PolicyParameter KL = new PolicyParameter(
            "kl",
            "X",
            PolicyParameter.Range.positive(),
            0.01,
            "nats of divergence from the forward before below which a distribution stayed the same");

    static final PolicyParameter HISTORY = new PolicyParameter(
            "history",
            "N",
            PolicyParameter.Range.wholeFrom(1),
            2,
            "forwards in a row over which the distribution must have stayed the same");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "klass",
            "all probable tokens whose distribution stayed the same for some forwards",
            List.of(STABLE, KL, HISTORY),
            values -> new Klass(values.number(STABLE), values.number(KL), values.whole(HISTORY)));

    private static final int BEST = 64;
    private static final double LEAST = 1e-12;

    public Klass {
        STABLE.require(stable);
        KL.require(kl);
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
    public int numBest() {
        return BEST;
    }

    @Override
    public Stability selector(BlockContext block) {
        return new Stability();
    }

    /** The rule at work in a block. */
    public final class Stability implements Selector {
        private final Map<Integer, Map<Integer, Double>> before = new HashMap<>();
        /** The last changes of each position, the latest last. */
        private final Map<Integer, Deque<Double>> changes = new HashMap<>();

        private Stability() {}

        @Override
        public void cut() {
            before.clear();
            changes.clear();
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            double[] probabilities = new double[candidates.size()];
            for (int i = 0; i < probabilities.length; i++) {
                Candidate candidate = candidates.get(i);
                probabilities[i] = candidate.best().getFirst().probability();
                Map<Integer, Double> row = new HashMap<>();
                candidate.best().forEach(scored -> row.put(scored.token(), scored.probability()));
                Deque<Double> own = changes.computeIfAbsent(candidate.position(), _ -> new ArrayDeque<>());
                own.addLast(divergence(row, before.put(candidate.position(), row)));
                if (own.size() > history) {
                    own.removeFirst();
                }
            }
            return Ranking.allOrBest(
                    probabilities,
                    i -> probabilities[i] >= stable
                            && changes.get(candidates.get(i).position()).stream()
                                    .allMatch(change -> change < kl));
        }

        /** The latest change of a position that was among the candidates, in nats. */
        public double change(int position) {
            return changes.get(position).getLast();
        }
    }

    /** @param before null for a row of zeros */
    private static double divergence(Map<Integer, Double> now, Map<Integer, Double> before) {
        double sum = 0;
        double rest = 1;
        double restBefore = before == null ? 0 : 1;
        for (Map.Entry<Integer, Double> token : now.entrySet()) {
            if (before == null || before.containsKey(token.getKey())) {
                double old = before == null ? 0 : before.get(token.getKey());
                sum += term(token.getValue(), old);
                rest -= token.getValue();
                restBefore -= old;
            }
        }
        return sum + term(Math.max(0, rest), Math.max(0, restBefore));
    }

    private static double term(double now, double before) {
        return now * (Math.log(now + LEAST) - Math.log(before + LEAST));
    }
}
