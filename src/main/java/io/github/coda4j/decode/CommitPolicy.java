package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.plan.Proposals;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Which proposals of a step are committed. The first four follow the timestep schedule
 * ({@link io.github.coda4j.diffusion.Timesteps}): at the step from noise level t to s they commit the integer part of
 * masked * (1 - s/t) positions, all at the last step. With {@code algTemp} 0 these are the most confident ones (the
 * leftmost of equals), above 0 they are drawn without replacement with probabilities softmax(confidence / algTemp).
 */
public sealed interface CommitPolicy {
    /** Each masked position is committed with probability 1 - s/t, wherever it is (Austin et al. 2021). */
    record Origin() implements CommitPolicy {}

    /**
     * Confidence = the proposed token's probability (MaskGIT, Chang et al. 2022).
     *
     * @param algTemp 0 or positive
     */
    record MaskGitPlus(double algTemp) implements CommitPolicy {
        public MaskGitPlus {
            checkAlgTemp(algTemp);
        }
    }

    /**
     * Confidence = probability of the best token minus that of the second (Kim et al. 2025).
     *
     * @param algTemp 0 or positive
     */
    record TopKMargin(double algTemp) implements CommitPolicy {
        public TopKMargin {
            checkAlgTemp(algTemp);
        }
    }

    /**
     * Confidence = negative entropy, the sum of p * log(p + 1e-10) (Dream, Ye et al. 2025).
     *
     * @param algTemp 0 or positive
     */
    record Entropy(double algTemp) implements CommitPolicy {
        public Entropy {
            checkAlgTemp(algTemp);
        }
    }

    /**
     * Every proposal whose probability is at least the threshold, and always the best one (Fast-dLLM, Wu et al. 2025).
     * With blocks this goes on until the block is full, however many forwards it takes: the number of steps plays no
     * part. Without blocks each step looks at its even share of the positions plus those left over from the step
     * before, most confident first; when some are left over after the last step, steps are added.
     *
     * @param threshold in [0, 1]
     */
    record ConfidenceThreshold(double threshold) implements CommitPolicy {
        public static final double DEFAULT = 0.9;

        public ConfidenceThreshold {
            check(threshold >= 0 && threshold <= 1, "the confidence threshold must be in [0, 1], got %s", threshold);
        }
    }

    /** The names that {@link #of} knows, those of the original. */
    List<String> NAMES = List.of("origin", "maskgit_plus", "topk_margin", "entropy", "confidence_threshold");

    /**
     * The policy of that name.
     *
     * @param alg one of {@link #NAMES}
     * @param algTemp empty or 0 for the most confident positions; refused above 0 where the policy does not rank
     * @param threshold empty for {@link ConfidenceThreshold#DEFAULT}; refused for every other policy
     */
    static CommitPolicy of(String alg, OptionalDouble algTemp, OptionalDouble threshold) {
        check(NAMES.contains(alg), "unknown alg '%s': use one of %s", alg, String.join(", ", NAMES));
        double temperature = algTemp.orElse(0);
        boolean ranks = !alg.equals("origin") && !alg.equals("confidence_threshold");
        check(ranks || temperature == 0, "alg_temp %s has no effect with alg %s: leave it out", temperature, alg);
        check(
                threshold.isEmpty() || alg.equals("confidence_threshold"),
                "a threshold has no effect with alg %s: leave it out or use alg confidence_threshold",
                alg);
        return switch (alg) {
            case "origin" -> new Origin();
            case "maskgit_plus" -> new MaskGitPlus(temperature);
            case "topk_margin" -> new TopKMargin(temperature);
            case "entropy" -> new Entropy(temperature);
            default -> new ConfidenceThreshold(threshold.orElse(ConfidenceThreshold.DEFAULT));
        };
    }

    /** The name that {@link #of} knows. */
    default String id() {
        return switch (this) {
            case Origin() -> "origin";
            case MaskGitPlus(double _) -> "maskgit_plus";
            case TopKMargin(double _) -> "topk_margin";
            case Entropy(double _) -> "entropy";
            case ConfidenceThreshold(double _) -> "confidence_threshold";
        };
    }

    /** What the policy ranks the proposal by, higher is better; its probability where the policy does not rank. */
    default float confidence(Proposals proposals, int index) {
        return switch (this) {
            case Origin() -> proposals.probability()[index];
            case MaskGitPlus(double _) -> proposals.probability()[index];
            case ConfidenceThreshold(double _) -> proposals.probability()[index];
            case TopKMargin(double _) -> proposals.margin()[index];
            case Entropy(double _) -> proposals.negativeEntropy()[index];
        };
    }

    private static void checkAlgTemp(double algTemp) {
        check(algTemp >= 0 && Double.isFinite(algTemp), "alg_temp must be 0 or positive, got %s", algTemp);
    }
}
