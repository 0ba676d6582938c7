package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.function.LongToDoubleFunction;

/**
 * The learning rate of each step: it climbs in a straight line over the warm-up, then falls from peak to min over the
 * rest of the run. With w warm-up steps of n, step s (from 0) has peak (s + 1) / (w + 1) in the warm-up, so that the
 * first step learns too; after it the way is gone to the share p = (s - w) / (n - w), and the rate is min + (peak -
 * min) f(p) with f = 1 - p (linear) or (1 + cos(pi p)) / 2 (cosine; Loshchilov and Hutter 2017), or stays at the peak
 * (constant).
 *
 * @param peak the largest rate, above 0
 * @param min what it falls to, in [0, peak]; the peak itself for a constant rate
 * @param warmUpSteps in [0, steps)
 * @param steps of the run, at least 1; later steps have the last rate
 */
public record LearningRate(Decay kind, double peak, double min, long warmUpSteps, long steps)
        implements LongToDoubleFunction {
    /** How the rate falls. */
    public enum Decay {
        LINEAR,
        COSINE,
        CONSTANT
    }

    public LearningRate {
        requireNonNull(kind, "kind is null");
        check(steps >= 1, "steps must be at least 1, got %d", steps);
        check(
                warmUpSteps >= 0 && warmUpSteps < steps,
                "warm_up_steps must be in [0, %d), below steps, got %d",
                steps,
                warmUpSteps);
        check(peak > 0 && Double.isFinite(peak), "peak must be above 0, got %s", peak);
        check(min >= 0 && min <= peak, "min must be in [0, %s], the peak, got %s", peak, min);
        check(kind != Decay.CONSTANT || min == peak, "min has no effect on a constant rate; leave it out");
    }

    /** A rate that climbs to its peak and stays there. */
    public static LearningRate constant(double peak, long warmUpSteps, long steps) {
        return new LearningRate(Decay.CONSTANT, peak, peak, warmUpSteps, steps);
    }

    /** The rate of a step, from 0. */
    public double at(long step) {
        if (step < warmUpSteps) {
            return peak * (step + 1) / (warmUpSteps + 1);
        }
        double gone = Math.min(1, (double) (step - warmUpSteps) / (steps - warmUpSteps));
        return min
                + (peak - min)
                        * switch (kind) {
                            case LINEAR -> 1 - gone;
                            case COSINE -> (1 + Math.cos(Math.PI * gone)) / 2;
                            case CONSTANT -> 1;
                        };
    }

    @Override
    public double applyAsDouble(long step) {
        return at(step);
    }
}
