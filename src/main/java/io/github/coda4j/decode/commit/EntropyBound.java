package io.github.coda4j.decode.commit;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The best proposals while what they do not know of each other stays small: the largest n whose entropies add up,
 * without the largest of them, to at most gamma nats (EB-Sampler, Ben-Hamu et al. 2025, arXiv 2505.24857). Gamma 0
 * commits one and what is certain beside it. Inside blocks only: on an open canvas it halved a CoDA's score.
 *
 * @param gamma in nats, 0 or positive
 * @param order 0: lowest entropy first; 1: highest probability; 2: largest margin
 */
public record EntropyBound(double gamma, int order) implements StepRule {
    static final PolicyParameter GAMMA = new PolicyParameter(
            "gamma",
            "X",
            PolicyParameter.Range.zeroOrPositive(),
            0.1,
            "nats that the entropies of the tokens of a step may add up to, the largest left out; lower is safer");

    static final PolicyParameter ORDER = new PolicyParameter(
            "order",
            "N",
            PolicyParameter.Range.whole(0, 2),
            0,
            "which tokens are taken first: 0 by entropy, 1 by probability, 2 by margin");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "entropy_bound",
            "tokens that are certain enough together, inside blocks",
            List.of(GAMMA, ORDER),
            values -> new EntropyBound(values.number(GAMMA), values.whole(ORDER)));

    public EntropyBound {
        GAMMA.require(gamma);
        ORDER.require(order);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PLAIN_PROBABILITIES, Need.BLOCKS);
    }

    @Override
    public float confidence(Candidate candidate) {
        return switch (order) {
            case 0 -> candidate.negativeEntropy();
            case 1 -> candidate.probability();
            default -> candidate.margin();
        };
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        double[] scores = candidates.stream()
                .mapToDouble(this::confidence)
                .map(x -> x + 0.0)
                .toArray();
        int[] ranked = Ranking.best(scores, scores.length);
        double sum = 0;
        double largest = 0;
        int count = 0;
        while (count < ranked.length) {
            double entropy = entropy(candidates.get(ranked[count]));
            sum += entropy;
            largest = Math.max(largest, entropy);
            if (count > 0 && sum - largest > gamma) {
                break;
            }
            count++;
        }
        return Arrays.copyOf(ranked, count);
    }

    /** In nats, 0 or positive: the model's sum may miss 0 by its rounding. */
    static double entropy(Candidate candidate) {
        return Math.max(0.0, -(double) candidate.negativeEntropy());
    }
}
