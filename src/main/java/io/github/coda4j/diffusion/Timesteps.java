package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;

/**
 * The noise levels of a decode: from 1 (all masked) down to eps in {@code steps} equal intervals. Going from level t to
 * level s reveals each masked position with probability 1 - s/t (Sahoo et al. 2024, Nie et al. 2025), or that share of
 * all masked positions. Computed in 32-bit floats and rounded as the original does, so that the integer counts agree.
 */
public final class Timesteps {
    private final int steps;
    private final float last;
    private final float stride;

    private Timesteps(int steps, float last) {
        this.steps = steps;
        this.last = last;
        this.stride = (last - 1f) / steps;
    }

    /**
     * Linearly spaced levels. They are computed when asked for: any number of steps costs nothing.
     *
     * @param steps number of intervals, at least 1
     * @param eps the last level, in [0, 1)
     */
    public static Timesteps linear(int steps, double eps) {
        check(steps >= 1, "steps must be at least 1, got %d", steps);
        check(eps >= 0 && eps < 1, "eps must be in [0, 1), got %s", eps);
        return new Timesteps(steps, (float) eps);
    }

    public int steps() {
        return steps;
    }

    /** The noise level before step {@code index}, in [0, steps]; {@code at(steps())} is eps. */
    public float at(int index) {
        return index < (steps + 1L) / 2 ? 1f + stride * index : last - stride * (steps - index);
    }

    /** Probability that a masked position is revealed at the step; 1 at the last one. */
    public float revealProbability(int step) {
        return step == steps - 1 ? 1f : 1f - at(step + 1) / at(step);
    }

    /**
     * How many of {@code numMasked} positions are revealed at the step: the integer part of their share, all at the
     * last step.
     */
    public int numToReveal(int step, int numMasked) {
        return (int) (numMasked * revealProbability(step));
    }
}
