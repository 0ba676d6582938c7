package io.github.coda4j.decode.commit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tokens that stay the best proposal collect credit, which raises their logits; then every proposal of at least the
 * threshold, otherwise the most probable (CreditDecoding, arXiv 2510.06133, ACL 2026). In each forward of a block
 * credits fade by a factor, the best token of the plain logits gets p^power, and logits become logits + weight
 * ln(credit + 1).
 *
 * <p>Exact with the few (token, credit) pairs that a position has: a credited token's probability p becomes p (credit +
 * 1)^weight over the sum of all, which is 1 plus what the credited ones gain. Their plain probabilities are asked for
 * ({@link Selector#asked}); a token without credit is never the best, for the plain best one has some. What a commit
 * tells as its probability is the one with credits.
 *
 * @param weight alpha of the paper, 0 or positive
 * @param decay beta, in [0, 1]
 * @param power gamma, positive
 * @param threshold in [0, 1]
 */
public record Credit(double weight, double decay, double power, double threshold) implements CommitPolicy {
    static final PolicyParameter WEIGHT = new PolicyParameter(
            "credit_weight",
            "X",
            PolicyParameter.Range.zeroOrPositive(),
            0.7,
            "what ln(credit + 1) is multiplied by before it is added to a logit");

    static final PolicyParameter DECAY = new PolicyParameter(
            "credit_decay",
            "X",
            PolicyParameter.Range.between(0, 1),
            0.8,
            "what is left of a credit in the next forward");

    static final PolicyParameter POWER = new PolicyParameter(
            "credit_power", "X", PolicyParameter.Range.positive(), 0.2, "the best token p gets p^X credit");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "credit",
            "all tokens that are probable enough, those counting as more probable that stay the best",
            List.of(WEIGHT, DECAY, POWER, ConfidenceThreshold.THRESHOLD),
            values -> new Credit(
                    values.number(WEIGHT),
                    values.number(DECAY),
                    values.number(POWER),
                    values.number(ConfidenceThreshold.THRESHOLD)));

    public Credit {
        WEIGHT.require(weight);
        DECAY.require(decay);
        POWER.require(power);
        ConfidenceThreshold.THRESHOLD.require(threshold);
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
        return 1;
    }

    @Override
    public Credits selector(BlockContext block) {
        return new Credits();
    }

    /** The rule at work in a block. */
    public final class Credits implements Selector {
        private final Map<Integer, TreeMap<Integer, Double>> credits = new HashMap<>();
        private double[] fused = {};

        private Credits() {}

        /** The credits of a position by token, ascending. */
        public Map<Integer, Double> of(int position) {
            return credits.getOrDefault(position, new TreeMap<>());
        }

        /** The probabilities with credits of the candidates that were weighed last, in their order. */
        public double[] fused() {
            return fused.clone();
        }

        @Override
        public int[] asked(int step, int position) {
            return of(position).keySet().stream().mapToInt(Integer::intValue).toArray();
        }

        @Override
        public List<Candidate> weighed(int step, List<Candidate> candidates) {
            fused = new double[candidates.size()];
            List<Candidate> weighed = new ArrayList<>();
            for (Candidate candidate : candidates) {
                Candidate.Scored best = fused(candidate);
                fused[weighed.size()] = best.probability();
                weighed.add(candidate.with(best.token(), (float) best.probability()));
            }
            return weighed;
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            return Ranking.allOrBest(fused, i -> fused[i] >= threshold);
        }

        /** The best token with credits and its probability; of equals the lower id. */
        private Candidate.Scored fused(Candidate candidate) {
            TreeMap<Integer, Double> own = credits.computeIfAbsent(candidate.position(), _ -> new TreeMap<>());
            Candidate.Scored best = candidate.best().getFirst();
            own.replaceAll((_, credit) -> credit * decay);
            own.merge(best.token(), Math.pow(best.probability(), power), Double::sum);
            Map<Integer, Double> plain = new HashMap<>();
            candidate.asked().forEach(scored -> plain.put(scored.token(), scored.probability()));
            plain.put(best.token(), best.probability());
            double sum = 1;
            int token = -1;
            double most = -1;
            for (Map.Entry<Integer, Double> credited : own.entrySet()) {
                double p = plain.get(credited.getKey());
                double raised = p * Math.pow(credited.getValue() + 1, weight);
                sum += raised - p;
                if (raised > most) {
                    most = raised;
                    token = credited.getKey();
                }
            }
            return new Candidate.Scored(token, Math.min(1, most / sum));
        }
    }
}
