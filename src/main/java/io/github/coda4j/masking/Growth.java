package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import java.util.OptionalLong;

/** How the probabilities of a {@link Curriculum} come to their targets. */
public sealed interface Growth {
    /** The share of the target that holds at a step, in [0, 1]. */
    double at(long step);

    /** The target at once. */
    record Constant() implements Growth {
        @Override
        public double at(long step) {
            return 1;
        }
    }

    /**
     * In a straight line from 0 to the target.
     *
     * @param steps the first step at which the target holds, at least 1
     */
    record Linear(long steps) implements Growth {
        public Linear {
            check(steps >= 1, "a linear masking schedule must grow over at least 1 step, got %d", steps);
        }

        @Override
        public double at(long step) {
            return Math.min(1, (double) step / steps);
        }
    }

    /**
     * Growth by its name in a config, {@code constant} or {@code linear}.
     *
     * @param steps for linear only
     * @throws IllegalArgumentException on another name, when linear lacks steps, or when constant has them
     */
    static Growth named(String name, OptionalLong steps) {
        switch (name) {
            case "constant" -> {
                check(steps.isEmpty(), "a constant masking schedule has no ramp steps; leave them out or use linear");
                return new Constant();
            }
            case "linear" -> {
                check(steps.isPresent(), "a linear masking schedule needs its ramp steps: how many steps it grows");
                return new Linear(steps.getAsLong());
            }
            default ->
                throw new IllegalArgumentException("the masking schedule must be constant or linear, got " + name);
        }
    }
}
