package io.github.coda4j.hlo.coda;

import static io.github.coda4j.Checks.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How parameters move: the same rules and numbers as {@code train}'s optimizers of these names. */
public sealed interface UpdateRule {
    /** Argument of every rule. */
    String LEARNING_RATE = "learning_rate";

    /** Names of the scalar arguments, in order; the first is {@link #LEARNING_RATE}. */
    List<String> scalars();

    /**
     * What the scalar arguments are given, in their order.
     *
     * @param step from 1
     */
    Map<String, Double> scalars(long step, double learningRate);

    /**
     * Adafactor (Shazeer and Stern 2018) without relative step, parameter scaling, first moment and weight decay.
     *
     * @param eps added to the squared gradient, above 0
     * @param clipThreshold largest root mean square of an update, above 0
     * @param decayRate the second moment decays by 1 - step^decayRate; in [-1, 0)
     */
    record Adafactor(double eps, double clipThreshold, double decayRate) implements UpdateRule {
        static final String DECAY = "decay";

        public Adafactor {
            check(eps > 0 && Double.isFinite(eps), "eps must be above 0, got %s", eps);
            check(
                    clipThreshold > 0 && Double.isFinite(clipThreshold),
                    "clip threshold must be above 0, got %s",
                    clipThreshold);
            check(decayRate >= -1 && decayRate < 0, "decay rate must be in [-1, 0), got %s", decayRate);
        }

        @Override
        public List<String> scalars() {
            return List.of(LEARNING_RATE, DECAY);
        }

        @Override
        public Map<String, Double> scalars(long step, double learningRate) {
            return ordered(this, learningRate, 1 - Math.pow(checked(step), decayRate));
        }
    }

    /**
     * AdamW (Loshchilov and Hutter 2019); decay applies to every tensor.
     *
     * @param beta1 decay of the running mean of gradients, in [0, 1)
     * @param beta2 decay of the running mean of their squares, in [0, 1)
     * @param eps added to the root of the second moment, above 0
     * @param weightDecay share of a value that goes away per step and learning rate, 0 or more
     */
    record AdamW(double beta1, double beta2, double eps, double weightDecay) implements UpdateRule {
        static final String FIRST_CORRECTION = "first_correction";
        static final String SECOND_CORRECTION = "second_correction";

        public AdamW {
            check(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1), got %s", beta1);
            check(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1), got %s", beta2);
            check(eps > 0 && Double.isFinite(eps), "eps must be above 0, got %s", eps);
            check(
                    weightDecay >= 0 && Double.isFinite(weightDecay),
                    "weight decay must be 0 or more, got %s",
                    weightDecay);
        }

        @Override
        public List<String> scalars() {
            return List.of(LEARNING_RATE, FIRST_CORRECTION, SECOND_CORRECTION);
        }

        @Override
        public Map<String, Double> scalars(long step, double learningRate) {
            checked(step);
            return ordered(this, learningRate, 1 - Math.pow(beta1, step), 1 - Math.pow(beta2, step));
        }
    }

    private static long checked(long step) {
        check(step >= 1, "steps are counted from 1, got %d", step);
        return step;
    }

    private static Map<String, Double> ordered(UpdateRule rule, double... values) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        for (double value : values) {
            scalars.put(rule.scalars().get(scalars.size()), value);
        }
        return scalars;
    }
}
